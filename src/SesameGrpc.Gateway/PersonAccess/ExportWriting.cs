using System.Text.Json;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.CreditBadges;
using SesameGrpc.Gateway.CreditScores;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Persons;
using Dispute = SesameGrpc.Contracts.Operator.V1.Dispute;
using Obligation = SesameGrpc.Gateway.Ledger.Obligation;
using Wire = SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Gateway.PersonAccess;

/// <summary>The parts of an export, name by name. What does not apply is null, so that every entry of a kind has the same names.</summary>
internal static class ExportWriting
{
    public static void WritePerson(this Utf8JsonWriter json, PersonRow row)
    {
        json.WriteStartObject("person");
        json.WriteString("person", row.ExternalId);
        json.WriteBoolean("opted_in", row.OptedIn);
        json.WriteTime("opt_in_time", row.OptedInMicros);
        json.WriteTime("opt_out_time", row.OptedOutMicros);
        json.WriteBoolean("court_listed", row.Person.CourtListed);
        json.WriteNumber("version", row.Person.Version);
        json.WriteEndObject();
    }

    public static void WriteScore(this Utf8JsonWriter json, PersonRow row, TimeSpan validity)
    {
        if (!row.OptedIn)
        {
            json.WriteNull("score");
            return;
        }

        var person = row.Person;
        json.WriteStartObject("score");
        json.WriteNumber("served_score", person.ServedScore);
        json.WriteName("band", ScoreBands.Of(person.ServedScore));
        json.WriteNumberOrNull("fed_score", person.FedScore);
        json.WriteNumberOrNull("credit_history", person.Parts?.CreditHistory);
        json.WriteNumberOrNull("fulfilment_capacity", person.Parts?.FulfilmentCapacity);
        json.WriteNumberOrNull("behaviour_preference", person.Parts?.BehaviourPreference);
        json.WriteNumberOrNull("personal_characteristics", person.Parts?.PersonalCharacteristics);
        json.WriteNumberOrNull("contact_network", person.Parts?.ContactNetwork);
        json.WriteString("model_version", person.ModelVersion);
        json.WriteTime("as_of_time", person.FedScore is null ? null : person.AsOfMicros);
        json.WriteTime("valid_until_time", person.FedScore is null ? null : person.ExpiryMicros(validity));
        json.WriteNames("factors", ScoreFactors.Of(person));
        json.WriteEndObject();
    }

    public static void WriteFormerScore(this Utf8JsonWriter json, PersonVersion former)
    {
        json.WriteStartObject();
        json.WriteNumber("version", former.Version);
        json.WriteBoolean("court_listed", former.CourtListed);
        json.WriteNumberOrNull("fed_score", former.FedScore);
        json.WriteTime("as_of_time", former.AsOfMicros);
        json.WriteTime("replace_time", former.EndedMicros);
        json.WriteEndObject();
    }

    public static void WriteConsent(this Utf8JsonWriter json, PersonConsent consent)
    {
        json.WriteStartObject();
        json.WriteString("consent_id", consent.ConsentId);
        json.WriteString("partner", consent.Partner);
        json.WriteString("partner_display_name", consent.PartnerDisplayName);
        json.WriteString("subject", consent.Subject);
        json.WriteName("state", consent.State);
        json.WriteName("purpose", consent.Purpose);
        json.WriteTexts("scopes", consent.Scopes);
        json.WriteTexts("programmes", consent.Programmes);
        json.WriteTime("grant_time", consent.GrantTime);
        json.WriteTime("expire_time", consent.ExpireTime);
        json.WriteTime("end_time", consent.EndTime);
        json.WriteEndObject();
    }

    public static void WriteObligation(this Utf8JsonWriter json, Obligation obligation, PartnerSnapshot partners)
    {
        json.WriteStartObject();
        json.WriteString("obligation_id", obligation.Id);
        json.WriteName("kind", obligation.Kind);
        json.WriteString("partner", obligation.Partner);
        json.WriteString("partner_display_name", partners.NameOf(obligation.Partner));
        json.WriteString("subject", obligation.Subject);
        json.WriteString("order_id", obligation.OrderId);
        json.WriteString("programme", obligation.Programme);
        json.WriteString("device_id", obligation.DeviceId);
        json.WriteName("state", obligation.State);
        json.WriteNumber("requested_fen", obligation.RequestedFen);
        json.WriteNumber("held_fen", obligation.HeldFen);
        json.WriteNumber("charged_fen", obligation.ChargedFen);
        json.WriteNumber("collected_fen", obligation.CollectedFen);
        json.WriteNumber("outstanding_fen", obligation.OutstandingFen);
        json.WriteNumber("refunded_fen", obligation.RefundedFen);
        json.WriteCharges(obligation);
        json.WriteString("policy_version", obligation.PolicyVersion);
        json.WriteTime("grant_time", obligation.GrantedMicros);
        json.WriteTime("due_time", obligation.DueMicros);
        json.WriteTime("complete_time", obligation.CompletedMicros);
        json.WriteTime("payment_due_time", obligation.PaymentDueMicros);
        json.WriteTime("end_time", obligation.EndedMicros);
        json.WriteEndObject();
    }

    public static void WriteBadge(this Utf8JsonWriter json, Badge badge, CreditBadgeState state)
    {
        json.WriteStartObject();
        json.WriteString("credit_badge_id", badge.Id);
        json.WriteString("partner", badge.Partner);
        json.WriteString("subject", badge.Subject);
        json.WriteString("site", badge.Site);
        json.WriteString("profile", badge.Profile);
        json.WriteString("programme", badge.Programme);
        json.WriteName("state", state);
        json.WriteName("band", badge.Band);
        json.WriteString("policy_version", badge.PolicyVersion);
        json.WriteTime("issue_time", badge.IssuedMicros);
        json.WriteTime("renew_time", badge.RenewedMicros);
        json.WriteTime("expire_time", badge.ExpireMicros);
        json.WriteTime("end_time", badge.EndedMicros);
        json.WriteEndObject();
    }

    public static void WriteDispute(this Utf8JsonWriter json, Dispute dispute)
    {
        json.WriteStartObject();
        json.WriteString("dispute_id", dispute.DisputeId);
        json.WriteString(
            "about",
            dispute.About.AboutCase switch
            {
                DisputeSubject.AboutOneofCase.LeafIndex => "REFUSAL",
                DisputeSubject.AboutOneofCase.ObligationId => "OBLIGATION",
                DisputeSubject.AboutOneofCase.FulfilmentId => "FULFILMENT",
                _ => "SCORE",
            }
        );
        json.WriteString(
            "about_id",
            dispute.About.AboutCase switch
            {
                DisputeSubject.AboutOneofCase.LeafIndex => dispute.About.LeafIndex.ToString(),
                DisputeSubject.AboutOneofCase.FulfilmentId => dispute.About.FulfilmentId,
                _ => dispute.About.ObligationId,
            }
        );
        json.WriteString("statement", dispute.Statement);
        json.WriteName("state", dispute.State);
        json.WriteTime("open_time", dispute.OpenTime);
        json.WriteTime("due_time", dispute.DueTime);
        json.WriteString("answer", dispute.Answer);
        json.WriteTime("answer_time", dispute.AnswerTime);
        json.WriteEndObject();
    }

    public static void WriteAccess(this Utf8JsonWriter json, Wire.PersonAccess access)
    {
        json.WriteStartObject();
        json.WriteNumber("leaf_index", access.LeafIndex);
        json.WriteTime("access_time", access.AccessTime);
        json.WriteString("caller", access.Caller);
        json.WriteString("partner_display_name", access.PartnerDisplayName);
        json.WriteString("method", access.Method);
        json.WriteName("outcome", access.Outcome);
        json.WriteNameOrNull("error_reason", access.ErrorReason, access.ErrorReason == ErrorReason.Unspecified);
        json.WriteNameOrNull("purpose", access.Purpose, access.Purpose == Purpose.Unspecified);
        json.WriteString("consent_id", access.ConsentId);
        json.WriteTexts("disclosed_fields", access.DisclosedFields);
        json.WriteString("programme", access.Programme);
        json.WriteString("policy_version", access.PolicyVersion);
        json.WriteNameOrNull("decision", access.Decision, access.Decision == EligibilityDecision.Unspecified);
        json.WriteNames("decision_reasons", access.DecisionReasons.Select(detail => detail.Reason));
        json.WriteEndObject();
    }
}
