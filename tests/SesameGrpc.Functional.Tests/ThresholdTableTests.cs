using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests;

/// <summary>At which score each programme opens, over the wire: one point below it does not, at it it does; and what then comes of asking for more than an answer.</summary>
public sealed class ThresholdTableTests(ThresholdGateway gateway) : IClassFixture<ThresholdGateway>
{
    public static TheoryData<string, PartnerKind, int> Programmes =>
        new()
        {
            { "bike.deposit_free", PartnerKind.Sharing, 650 },
            { "umbrella.deposit_free", PartnerKind.Sharing, 600 },
            { "charger.deposit_free", PartnerKind.Sharing, 600 },
            { "apartment.deposit_free", PartnerKind.Rental, 650 },
            { "hospital.pay_later", PartnerKind.Hospital, 650 },
            { "hospital.wheelchair", PartnerKind.Hospital, 600 },
            { "retail.try_first", PartnerKind.Retail, 700 },
            { "promo.car_trial", PartnerKind.Retail, 750 },
            { "promo.phone_trial", PartnerKind.Retail, 750 },
            { "credit.line", PartnerKind.Lender, 750 },
            { "library.card_free", PartnerKind.Library, 550 },
            { "rail.lounge", PartnerKind.Transport, 650 },
        };

    [Theory]
    [MemberData(nameof(Programmes))]
    public async Task Check_OnePointBelowAndAtTheThreshold_DiffersByThatPointAlone(string programme, PartnerKind kind, int threshold)
    {
        var partner = await gateway.ConnectAsync(programme, kind);

        var below = await CheckAsync(partner, programme, threshold - 1);
        var at = await CheckAsync(partner, programme, threshold);

        Assert.Equal(EligibilityDecision.NotEligible, below.Decision);
        Assert.Equal(DecisionReason.ScoreTooLow, Assert.Single(below.Reasons).Reason);
        Assert.Equal(EligibilityDecision.Eligible, at.Decision);
    }

    /// <summary>What holds an amount, or counts what is out, is granted by one service, visits by another; a privilege is its decision.</summary>
    [Theory]
    [MemberData(nameof(Programmes))]
    public async Task Grant_OnePointBelowAndAtTheThreshold_IsDecidedAlike(string programme, PartnerKind kind, int threshold)
    {
        var partner = await gateway.ConnectAsync(programme, kind);
        switch (programme)
        {
            case "hospital.pay_later":
                Assert.NotNull((await OpenAsync(partner, programme, threshold - 1)).NotGranted);
                Assert.Equal(VisitState.Open, (await OpenAsync(partner, programme, threshold)).Visit.State);
                break;
            case "library.card_free" or "rail.lounge":
                var refused = await RefusedCall.OfAsync(() =>
                    partner.GrantAsync(ThresholdGateway.Person(threshold), programme, "privilege")
                );
                Assert.Equal(programme == "rail.lounge" ? "SCOPE_MISSING" : "FIELD_INVALID", refused.Reason);
                break;
            default:
                var (below, at) = (await GrantAsync(partner, programme, threshold - 1), await GrantAsync(partner, programme, threshold));
                Assert.Equal(DecisionReason.ScoreTooLow, Assert.Single(below.NotGranted.Reasons).Reason);
                Assert.Equal(DepositWaiverState.Active, at.DepositWaiver.State);
                break;
        }
    }

    /// <summary>A lounge wants a first-class ticket or platinum status besides.</summary>
    [Theory]
    [InlineData("first", null, EligibilityDecision.Eligible)]
    [InlineData("business", "gold", EligibilityDecision.Eligible)]
    [InlineData("second", "platinum", EligibilityDecision.Eligible)]
    [InlineData("second", "gold", EligibilityDecision.NotEligible)]
    [InlineData(null, null, EligibilityDecision.Undecidable)]
    public async Task Check_Lounge_IsOpenedByEitherOfTwoFacts(string? ticket, string? status, EligibilityDecision decision)
    {
        var partner = await gateway.ConnectAsync("rail.lounge", PartnerKind.Transport);
        var request = new CheckEligibilityRequest { Subject = ThresholdGateway.Person(650), Programme = "rail.lounge" };
        foreach (var (name, value) in new[] { ("ticket_class", ticket), ("member_status", status) })
        {
            if (value is not null)
            {
                request.Attributes[name] = new AttributeValue { Text = value };
            }
        }

        Assert.Equal(decision, (await partner.Eligibility.CheckEligibilityAsync(request)).Decision);
    }

    private static async Task<CheckEligibilityResponse> CheckAsync(ConnectedPartner partner, string programme, int score)
    {
        var request = new CheckEligibilityRequest { Subject = ThresholdGateway.Person(score), Programme = programme };
        if (programme == "rail.lounge")
        {
            request.Attributes["ticket_class"] = new AttributeValue { Text = "first" };
        }

        return await partner.Eligibility.CheckEligibilityAsync(request);
    }

    private static Task<GrantDepositWaiverResponse> GrantAsync(ConnectedPartner partner, string programme, int score) =>
        partner.GrantAsync(ThresholdGateway.Person(score), programme, $"{programme}-{score}");

    private static async Task<OpenVisitResponse> OpenAsync(ConnectedPartner partner, string programme, int score) =>
        await partner.Visits.OpenVisitAsync(
            new OpenVisitRequest
            {
                RequestId = $"open-{score}",
                OrderId = $"{programme}-{score}",
                Subject = ThresholdGateway.Person(score),
                Programme = programme,
            }
        );
}

/// <summary>A gateway with a person at each threshold and one point below it, and one partner for each programme.</summary>
public sealed class ThresholdGateway : IAsyncLifetime
{
    private static readonly int[] Scores = [549, 550, 599, 600, 649, 650, 699, 700, 749, 750];
    private readonly HashSet<string> onboarded = [];
    private GatewayUnderTest? gateway;

    public static string Person(int score) => $"test-{score}";

    public async ValueTask InitializeAsync()
    {
        gateway = await GatewayUnderTest.StartAsync();
        foreach (var score in Scores)
        {
            await gateway.FeedAsync(Person(score), score);
        }
    }

    /// <summary>Connects as the partner of a programme, which has what its kind may have.</summary>
    public async Task<ConnectedPartner> ConnectAsync(string programme, PartnerKind kind)
    {
        var id = programme.Replace('.', '-').Replace('_', '-');
        string[] scopes =
            kind == PartnerKind.Transport ? ["eligibility.check"] : ["eligibility.check", "deposit_waiver.write", "deferred_payment.write"];
        if (onboarded.Add(id))
        {
            var partner = new Partner
            {
                Partner_ = id,
                DisplayName = id,
                Kind = kind,
                Scopes = { scopes },
                Enrolments = { new Enrolment { Programme = programme } },
            };
            await gateway!.Partners.CreatePartnerAsync(new CreatePartnerRequest { RequestId = id, Partner = partner });
        }

        return await gateway!.ConnectOnboardedAsync(id, null, scopes);
    }

    public async ValueTask DisposeAsync() => await gateway!.DisposeAsync();
}
