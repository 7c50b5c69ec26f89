using System.Text;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Partner.V1;
using Xunit;

namespace SesameGrpc.Webhooks.Tests;

public sealed class WebhookPayloadTests
{
    private static readonly Event Told = new()
    {
        EventId = "0123",
        Type = EventType.DepositWaiverWrittenOff,
        EventTime = new Timestamp { Seconds = 1_700_000_000, Nanos = 12_000 },
        Subject = "person \"1\"",
        DepositWaiver = new DepositWaiverReference
        {
            DepositWaiverId = "w",
            OrderId = "o",
            Programme = "bike.deposit_free",
            State = DepositWaiverState.WrittenOff,
            Revision = 7,
        },
    };

    [Fact]
    public void Of_AnEvent_IsThinJson() =>
        Assert.Equal(
            """{"type":"deposit_waiver.written_off","timestamp":"2023-11-14T22:13:20.000012Z","data":{"subject":"person \u00221\u0022","deposit_waiver":{"deposit_waiver_id":"w","order_id":"o","programme":"bike.deposit_free","state":"WRITTEN_OFF","revision":7}}}""",
            Encoding.UTF8.GetString(WebhookPayload.Of(Told))
        );

    [Fact]
    public void Of_AConsent_SaysWhichAndForWhat() =>
        Assert.Equal(
            """{"type":"consent.withdrawn","timestamp":"2023-11-14T22:13:20.000012Z","data":{"subject":"s","consent":{"consent_id":"c","purpose":"DEPOSIT_WAIVER","expire_time":"2023-11-14T22:13:20.000012Z"}}}""",
            Encoding.UTF8.GetString(
                WebhookPayload.Of(
                    new Event
                    {
                        Type = EventType.ConsentWithdrawn,
                        EventTime = Told.EventTime,
                        Subject = "s",
                        Consent = new ConsentReference
                        {
                            ConsentId = "c",
                            Purpose = Purpose.DepositWaiver,
                            ExpireTime = Told.EventTime,
                        },
                    }
                )
            )
        );

    [Fact]
    public void Of_ACertificate_SaysWhichAndWhenItEnds() =>
        Assert.Equal(
            """{"type":"certificate.expiring","timestamp":"2023-11-14T22:13:20.000012Z","data":{"subject":"","certificate":{"thumbprint":"ab","expire_time":"2023-11-14T22:13:20.000012Z","days":7}}}""",
            Encoding.UTF8.GetString(
                WebhookPayload.Of(
                    new Event
                    {
                        Type = EventType.CertificateExpiring,
                        EventTime = Told.EventTime,
                        Certificate = new CertificateReference
                        {
                            Thumbprint = "ab",
                            ExpireTime = Told.EventTime,
                            Days = 7,
                        },
                    }
                )
            )
        );

    [Fact]
    public void Of_ABadge_SaysWhich_AndNothingOfTheBand() =>
        Assert.Equal(
            """{"type":"credit_badge.revoked","timestamp":"2023-11-14T22:13:20.000012Z","data":{"subject":"s","credit_badge":{"credit_badge_id":"b","state":"REVOKED","revision":2}}}""",
            Encoding.UTF8.GetString(
                WebhookPayload.Of(
                    new Event
                    {
                        Type = EventType.CreditBadgeRevoked,
                        EventTime = Told.EventTime,
                        Subject = "s",
                        CreditBadge = new CreditBadgeReference
                        {
                            CreditBadgeId = "b",
                            State = CreditBadgeState.Revoked,
                            Revision = 2,
                        },
                    }
                )
            )
        );

    [Fact]
    public void Of_AVisit_SaysWhichAndHowItIs() =>
        Assert.Equal(
            """{"type":"visit.charge_voided","timestamp":"2023-11-14T22:13:20.000012Z","data":{"subject":"s","visit":{"visit_id":"v","order_id":"o","programme":"p","state":"OPEN","revision":3}}}""",
            Encoding.UTF8.GetString(
                WebhookPayload.Of(
                    new Event
                    {
                        Type = EventType.VisitChargeVoided,
                        EventTime = Told.EventTime,
                        Subject = "s",
                        Visit = new VisitReference
                        {
                            VisitId = "v",
                            OrderId = "o",
                            Programme = "p",
                            State = VisitState.Open,
                            Revision = 3,
                        },
                    }
                )
            )
        );

    [Fact]
    public void Of_TheSameEvent_IsTheSameBytes() => Assert.Equal(WebhookPayload.Of(Told), WebhookPayload.Of(Told.Clone()));

    /// <summary>A new type must begin with the name of its resource, from which the type's name in the body is made.</summary>
    [Fact]
    public void TypeOf_EveryType_HasItsResourceBeforeTheStop()
    {
        foreach (var type in System.Enum.GetValues<EventType>().Where(type => type != EventType.Unspecified))
        {
            var told = Told.Clone();
            told.Type = type;
            if (type.ToString().StartsWith("Consent", StringComparison.Ordinal))
            {
                told.Consent = new ConsentReference();
            }
            else if (type.ToString().StartsWith("CreditBadge", StringComparison.Ordinal))
            {
                told.CreditBadge = new CreditBadgeReference();
            }
            else if (type.ToString().StartsWith("Visit", StringComparison.Ordinal))
            {
                told.Visit = new VisitReference();
            }

            Assert.Matches("^(deposit_waiver|consent|visit|credit_badge)\\.[a-z_]+$", WebhookPayload.TypeOf(told));
        }
    }
}
