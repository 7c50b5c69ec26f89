using System.Globalization;
using CsvHelper;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Waivers;

/// <summary>A service as it was published: who, threshold, amount.</summary>
public sealed record PublishedCase(string Case, string Programme, string Operator, int? Threshold, long? AmountFen, string OtherTerms)
{
    public override string ToString() => Case;
}

/// <summary>Every service that is known from publications opens at its published threshold, with its published amount, and not one point below.</summary>
public sealed class PublishedCaseTests(PublishedCaseTests.Shared shared) : IClassFixture<PublishedCaseTests.Shared>
{
    // Facts about the order that the programmes ask for, beyond the score.
    private static readonly Dictionary<string, AttributeValue> Attributes = new()
    {
        ["ticket_class"] = new AttributeValue { Text = "first" },
        ["credit_line_fen"] = new AttributeValue { Number = 50_000 },
    };

    public static TheoryData<string> Cases => [.. Read().Select(published => published.Case)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Case_AtAndBelowItsThreshold_IsDecidedAsPublished(string name)
    {
        var published = Read().Single(candidate => candidate.Case == name);
        var gateway = shared.Gateway;
        var partner = await gateway.ConnectAsync(name, EnrolmentOf(published));
        var threshold = published.Threshold ?? 350;
        await gateway.FeedAsync($"{name}-at", threshold);

        var at = await CheckAsync(partner, published, $"{name}-at");
        Assert.Equal(EligibilityDecision.Eligible, at.Decision);
        if (published.AmountFen is { } amount)
        {
            Assert.Equal(amount, at.Terms.AmountLimit.MinorUnits);
        }

        if (published.Threshold is null)
        {
            return;
        }

        await gateway.FeedAsync($"{name}-below", threshold - 1);
        var below = await CheckAsync(partner, published, $"{name}-below");
        Assert.Equal(EligibilityDecision.NotEligible, below.Decision);
        Assert.Equal(DecisionReason.ScoreTooLow, Assert.Single(below.Reasons).Reason);
        Assert.Null(below.Terms);
    }

    [Fact]
    public async Task DepositCases_AreGrantedWithThePublishedAmount()
    {
        var gateway = shared.Gateway;
        foreach (var published in Read().Where(candidate => candidate.Programme is "bike.deposit_free" or "hospital.wheelchair"))
        {
            var id = $"{published.Case}-grant";
            var partner = await gateway.ConnectAsync(id, EnrolmentOf(published));
            await gateway.FeedAsync($"{id}-at", published.Threshold!.Value);
            await gateway.FeedAsync($"{id}-below", published.Threshold.Value - 1);

            var at = await partner.GrantAsync($"{id}-at", published.Programme, "1");
            var below = await partner.GrantAsync($"{id}-below", published.Programme, "2");

            Assert.Equal(published.AmountFen ?? at.DepositWaiver.WaivedAmount.MinorUnits, at.DepositWaiver.WaivedAmount.MinorUnits);
            Assert.Equal(DecisionReason.ScoreTooLow, Assert.Single(below.NotGranted.Reasons).Reason);
        }
    }

    [Fact]
    public async Task Lounge_NeedsAFirstClassTicketOrPlatinumStatus()
    {
        var partner = await shared.Gateway.ConnectAsync("station", new Enrolment { Programme = "rail.lounge" });
        await shared.Gateway.FeedAsync("traveller", 700);

        Assert.Equal(EligibilityDecision.Eligible, await DecideAsync(("ticket_class", "first")));
        Assert.Equal(EligibilityDecision.Eligible, await DecideAsync(("ticket_class", "second"), ("member_status", "platinum")));
        Assert.Equal(EligibilityDecision.NotEligible, await DecideAsync(("ticket_class", "second"), ("member_status", "gold")));
        Assert.Equal(EligibilityDecision.Undecidable, await DecideAsync(("ticket_class", "second")));

        async Task<EligibilityDecision> DecideAsync(params (string Name, string Text)[] attributes)
        {
            var request = new CheckEligibilityRequest { Subject = "traveller", Programme = "rail.lounge" };
            foreach (var (name, text) in attributes)
            {
                request.Attributes[name] = new AttributeValue { Text = text };
            }

            return (await partner.Eligibility.CheckEligibilityAsync(request)).Decision;
        }
    }

    private static async Task<CheckEligibilityResponse> CheckAsync(ConnectedPartner partner, PublishedCase published, string person)
    {
        var request = new CheckEligibilityRequest { Subject = person, Programme = published.Programme };
        request.Attributes.Add(Attributes);
        return await partner.Eligibility.CheckEligibilityAsync(request);
    }

    private static Enrolment EnrolmentOf(PublishedCase published)
    {
        var enrolment = new Enrolment { Programme = published.Programme, MinimumScore = published.Threshold ?? 0 };
        if (published.AmountFen is { } amount)
        {
            enrolment.AmountLimit = new Money { CurrencyCode = "CNY", MinorUnits = amount };
        }

        if (published.OtherTerms.Contains("credit line of at least 500 CNY", StringComparison.Ordinal))
        {
            enrolment.Condition = new Condition
            {
                AttributeAtLeast = new AttributeAtLeast { Attribute = "credit_line_fen", Minimum = 50_000 },
            };
        }

        return enrolment;
    }

    private static List<PublishedCase> Read()
    {
        using var reader = new CsvReader(
            new StreamReader(Path.Combine(AppContext.BaseDirectory, "Data", "published-cases.csv")),
            CultureInfo.InvariantCulture
        );
        reader.Read();
        reader.ReadHeader();
        var cases = new List<PublishedCase>();
        while (reader.Read())
        {
            cases.Add(
                new PublishedCase(
                    reader.GetField("case")!,
                    reader.GetField("programme")!,
                    reader.GetField("operator")!,
                    reader.GetField<int?>("threshold"),
                    reader.GetField<long?>("amount_fen"),
                    reader.GetField("other_terms")!
                )
            );
        }

        return cases;
    }

    /// <summary>One gateway for all cases; each has a partner and persons of its own.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        public GatewayUnderTest Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Gateway = await GatewayUnderTest.StartAsync();

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }
}
