using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.CreditScores;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;
using Enum = System.Enum;
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
        json.WriteTime("opt_in_time", row.Person.OptedInMicros);
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
        WriteNumberOrNull(json, "fed_score", person.FedScore);
        WriteNumberOrNull(json, "credit_history", person.Parts?.CreditHistory);
        WriteNumberOrNull(json, "fulfilment_capacity", person.Parts?.FulfilmentCapacity);
        WriteNumberOrNull(json, "behaviour_preference", person.Parts?.BehaviourPreference);
        WriteNumberOrNull(json, "personal_characteristics", person.Parts?.PersonalCharacteristics);
        WriteNumberOrNull(json, "contact_network", person.Parts?.ContactNetwork);
        json.WriteString("model_version", person.ModelVersion);
        json.WriteTime("as_of_time", person.FedScore is null ? null : person.AsOfMicros);
        json.WriteTime("valid_until_time", person.FedScore is null ? null : person.ExpiryMicros(validity));
        json.WriteNames("factors", ScoreFactors.Of(person));
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
        json.WriteString("partner_display_name", partners.Find(obligation.Partner)?.Document.DisplayName ?? obligation.Partner);
        json.WriteString("subject", obligation.Subject);
        json.WriteString("order_id", obligation.OrderId);
        json.WriteString("programme", obligation.Programme);
        json.WriteName("state", obligation.State);
        json.WriteNumber("requested_fen", obligation.RequestedFen);
        json.WriteNumber("held_fen", obligation.HeldFen);
        json.WriteNumber("charged_fen", obligation.ChargedFen);
        json.WriteNumber("collected_fen", obligation.CollectedFen);
        json.WriteNumber("outstanding_fen", obligation.OutstandingFen);
        json.WriteCharge(obligation.Charge is { } bytes ? Charge.Parser.ParseFrom(bytes) : null);
        json.WriteString("policy_version", obligation.PolicyVersion);
        json.WriteTime("grant_time", obligation.GrantedMicros);
        json.WriteTime("due_time", obligation.DueMicros);
        json.WriteTime("complete_time", obligation.CompletedMicros);
        json.WriteTime("payment_due_time", obligation.PaymentDueMicros);
        json.WriteTime("end_time", obligation.EndedMicros);
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

    public static void WriteTime(this Utf8JsonWriter json, string name, long? micros) =>
        json.WriteTime(name, micros is { } known ? Instants.ToTimestamp(known) : null);

    public static void WriteTime(this Utf8JsonWriter json, string name, Timestamp? time) =>
        json.WriteString(name, time?.ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"));

    private static void WriteCharge(this Utf8JsonWriter json, Charge? charge)
    {
        json.WriteStartArray("charge_lines");
        foreach (var line in charge?.Lines ?? [])
        {
            json.WriteStartObject();
            json.WriteName("kind", line.Kind);
            json.WriteNumber("amount_fen", line.Amount.MinorUnits);
            json.WriteString("description", line.Description);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("charge_discounts");
        foreach (var discount in charge?.Discounts ?? [])
        {
            json.WriteStartObject();
            json.WriteNumber("amount_fen", discount.Amount.MinorUnits);
            json.WriteString("description", discount.Description);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteName(this Utf8JsonWriter json, string name, Enum value) => json.WriteString(name, NameOf(value));

    private static void WriteNameOrNull(this Utf8JsonWriter json, string name, Enum value, bool isNull) =>
        json.WriteString(name, isNull ? null : NameOf(value));

    private static void WriteNames<TEnum>(this Utf8JsonWriter json, string name, IEnumerable<TEnum> values)
        where TEnum : struct, Enum => json.WriteTexts(name, values.Select(value => NameOf(value)));

    private static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void WriteNumberOrNull(Utf8JsonWriter json, string name, int? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    // As the contracts write it, without the prefix.
    private static string NameOf(Enum value) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());
}
