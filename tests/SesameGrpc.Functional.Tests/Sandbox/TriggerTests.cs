using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Sandbox;

/// <summary>Every type of event that partners get can be caused, and comes as it would by itself.</summary>
public sealed class TriggerTests(SandboxScene scene) : IClassFixture<SandboxScene>
{
    private static readonly string[] OfTime = ["Overdue", "Cleared", "WrittenOff"];

    public static TheoryData<EventType> Types => [.. Enum.GetValues<EventType>().Where(type => type != EventType.Unspecified)];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Trigger_OfAType_CausesThatEventLast(EventType type)
    {
        var partner = await OnboardAsync(type);
        var takesTime = OfTime.Any(end => type.ToString().EndsWith(end, StringComparison.Ordinal));
        var request = new TriggerEventRequest
        {
            RequestId = $"trigger-{type}",
            Type = type,
            Partner = partner.Partner_,
            Person = await scene.FeedAsync($"test-{800 + (int)type}{(takesTime ? "-declined" : "")}"),
            AdvanceClock = takesTime,
        };

        var done = await scene.Gateway.Sandbox.TriggerEventAsync(request);

        // The token of before has expired where time has passed.
        var last = (await EventsAsync(await scene.Gateway.ConnectOnboardedAsync(partner.Partner_, null, "event.read")))[^1];
        var isOfPerson = type != EventType.CertificateExpiring;
        Assert.Equal((type, isOfPerson ? request.Person : ""), (last.Type, last.Subject));
        Assert.Equal(
            done.ResourceId,
            last.DepositWaiver?.DepositWaiverId
                ?? last.Visit?.VisitId
                ?? last.CreditBadge?.CreditBadgeId
                ?? last.Certificate?.Thumbprint
                ?? last.Consent.ConsentId
        );
        Assert.Equal(isOfPerson, done.Calls.Count > 0);
        Assert.Equal(done, await scene.Gateway.Sandbox.TriggerEventAsync(request));
    }

    [Fact]
    public async Task Trigger_AgainUnderItsRequestId_IsAnsweredAsBefore()
    {
        var partner = await scene.ConnectAsync(scene.New("partner"));
        var request = new TriggerEventRequest
        {
            RequestId = "again",
            Type = EventType.DepositWaiverSettled,
            Partner = SandboxScene.IdOf(partner),
            Person = await scene.FeedAsync("test-850"),
        };

        var first = await scene.Gateway.Sandbox.TriggerEventAsync(request);
        var before = await EventsAsync(partner);
        var second = await scene.Gateway.Sandbox.TriggerEventAsync(request);

        Assert.Equal(first, second);
        Assert.Equal(before, await EventsAsync(partner));
    }

    [Fact]
    public async Task Trigger_OfADamagedThing_ChargesAllThatWasWaived()
    {
        var partner = await scene.ConnectAsync(scene.New("partner"));
        var done = await scene.Gateway.Sandbox.TriggerEventAsync(
            new TriggerEventRequest
            {
                RequestId = "damage",
                Type = EventType.DepositWaiverCompleted,
                Partner = SandboxScene.IdOf(partner),
                Person = await scene.FeedAsync("test-851-damage"),
            }
        );

        var waiver = (
            await partner.Waivers.GetDepositWaiverAsync(new GetDepositWaiverRequest { DepositWaiverId = done.ResourceId })
        ).DepositWaiver;
        Assert.Equal(waiver.WaivedAmount, waiver.ChargedAmount);
        Assert.Equal(ChargeLineKind.Damage, Assert.Single(waiver.Charge.Lines).Kind);
    }

    [Theory]
    [InlineData(EventType.Unspecified, true, "type")]
    [InlineData(EventType.VisitOpened, true, "partner")]
    [InlineData(EventType.CreditBadgeIssued, true, "partner")]
    [InlineData(EventType.DepositWaiverOverdue, true, "advance_clock")]
    [InlineData(EventType.DepositWaiverGranted, false, "partner")]
    public async Task Trigger_OfWhatCannotBe_NamesTheFieldAndDoesNothing(EventType type, bool isPartner, string field)
    {
        var partner = await scene.ConnectAsync(scene.New("partner"));
        var request = new TriggerEventRequest
        {
            RequestId = "wrong",
            Type = type,
            Partner = isPartner ? SandboxScene.IdOf(partner) : "nobody",
        };

        var refused = await RefusedCall.OfAsync(scene.Gateway.Sandbox.TriggerEventAsync(request));

        Assert.Equal(("FIELD_INVALID", field), (refused.Reason, refused.Info.Metadata["fields"]));
        Assert.Empty(await EventsAsync(partner));
    }

    private static async Task<IReadOnlyList<Event>> EventsAsync(ConnectedPartner partner) =>
        (await partner.Events.ListEventsAsync(new ListEventsRequest { PageSize = 1000 })).Events;

    private Task<Partner> OnboardAsync(EventType type)
    {
        var name = type.ToString();
        return name.StartsWith("CreditBadge", StringComparison.Ordinal)
                ? OnboardAsync(PartnerKind.Dating, "dating.badge", "credit_badge.write")
            : name.StartsWith("Visit", StringComparison.Ordinal)
                ? OnboardAsync(PartnerKind.Hospital, "hospital.pay_later", "deferred_payment.write")
            : OnboardAsync(PartnerKind.Sharing, SandboxScene.Bike, "deposit_waiver.write");
    }

    private async Task<Partner> OnboardAsync(PartnerKind kind, string programme, string scope)
    {
        var id = scene.New("partner");
        var partner = new Partner
        {
            Partner_ = id,
            DisplayName = id,
            Kind = kind,
            Scopes = { scope, "event.read" },
            Enrolments = { new Enrolment { Programme = programme } },
            BadgeSites = { kind == PartnerKind.Dating ? ["https://www.example.org"] : Array.Empty<string>() },
        };
        await scene.Gateway.Partners.CreatePartnerAsync(new CreatePartnerRequest { RequestId = id, Partner = partner });
        return partner;
    }
}
