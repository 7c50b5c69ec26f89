using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Webhooks;

/// <summary>The body of a delivery: the event as thin JSON {type, timestamp, data}, the same bytes at each attempt. Pure.</summary>
public static class WebhookPayload
{
    /// <summary>The body, UTF-8. Throws <see cref="ArgumentException"/> for an event about a kind of object that is younger than this assembly.</summary>
    public static byte[] Of(Event told)
    {
        ArgumentNullException.ThrowIfNull(told);
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("type", TypeOf(told));
            json.WriteString("timestamp", TextOf(told.EventTime));
            json.WriteStartObject("data");
            json.WriteString("subject", told.Subject);
            switch (told.ResourceCase)
            {
                case Event.ResourceOneofCase.DepositWaiver:
                    var waiver = told.DepositWaiver;
                    WriteOrder(
                        json,
                        "deposit_waiver",
                        waiver.DepositWaiverId,
                        waiver.OrderId,
                        waiver.Programme,
                        waiver.State,
                        waiver.Revision
                    );
                    break;
                case Event.ResourceOneofCase.Visit:
                    var visit = told.Visit;
                    WriteOrder(json, "visit", visit.VisitId, visit.OrderId, visit.Programme, visit.State, visit.Revision);
                    break;
                case Event.ResourceOneofCase.Consent:
                    WriteConsent(json, told.Consent);
                    break;
                case Event.ResourceOneofCase.CreditBadge:
                    WriteCreditBadge(json, told.CreditBadge);
                    break;
                case Event.ResourceOneofCase.Certificate:
                    WriteCertificate(json, told.Certificate);
                    break;
                default:
                    throw new ArgumentException($"An event about {told.ResourceCase} has no form yet.", nameof(told));
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return output.ToArray();
    }

    /// <summary>The type's name, its resource first: EVENT_TYPE_DEPOSIT_WAIVER_GRANTED becomes deposit_waiver.granted.</summary>
    public static string TypeOf(Event told)
    {
        ArgumentNullException.ThrowIfNull(told);
        var resource = Event.Descriptor.FindFieldByNumber((int)told.ResourceCase).Name;
        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(told.Type.ToString());
        return $"{resource}.{name[(resource.Length + 1)..]}";
    }

    // As the contracts write it, without its prefix: WRITTEN_OFF.
    private static string NameOf(System.Enum value) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());

    private static void WriteConsent(Utf8JsonWriter json, ConsentReference consent)
    {
        json.WriteStartObject("consent");
        json.WriteString("consent_id", consent.ConsentId);
        json.WriteString("purpose", NameOf(consent.Purpose));
        json.WriteString("expire_time", TextOf(consent.ExpireTime));
        json.WriteEndObject();
    }

    private static void WriteCreditBadge(Utf8JsonWriter json, CreditBadgeReference badge)
    {
        json.WriteStartObject("credit_badge");
        json.WriteString("credit_badge_id", badge.CreditBadgeId);
        json.WriteString("state", NameOf(badge.State));
        json.WriteNumber("revision", badge.Revision);
        json.WriteEndObject();
    }

    private static void WriteCertificate(Utf8JsonWriter json, CertificateReference certificate)
    {
        json.WriteStartObject("certificate");
        json.WriteString("thumbprint", certificate.Thumbprint);
        json.WriteString("expire_time", TextOf(certificate.ExpireTime));
        json.WriteNumber("days", certificate.Days);
        json.WriteEndObject();
    }

    private static string TextOf(Timestamp time) => time.ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");

    private static void WriteOrder(
        Utf8JsonWriter json,
        string kind,
        string id,
        string orderId,
        string programme,
        System.Enum state,
        long revision
    )
    {
        json.WriteStartObject(kind);
        json.WriteString($"{kind}_id", id);
        json.WriteString("order_id", orderId);
        json.WriteString("programme", programme);
        json.WriteString("state", NameOf(state));
        json.WriteNumber("revision", revision);
        json.WriteEndObject();
    }
}
