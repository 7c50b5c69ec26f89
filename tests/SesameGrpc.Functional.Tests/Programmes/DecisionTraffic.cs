using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Programmes;

/// <summary>
/// Decisions of every kind, and changes of everything that they rest on in between: scores, court listings, enrolments, programmes. A seed makes the same run again.
/// </summary>
internal sealed class DecisionTraffic(GatewayUnderTest gateway, int seed)
{
    private const int Persons = 30;
    private const string Bike = ProgrammeSteps.Bike;
    private const string Umbrella = "umbrella.deposit_free";
    private const string Lounge = "rail.lounge";
    private const string Line = "credit.line";

    private static readonly string[] Programmes = [Bike, Umbrella, Lounge, Line];

    private readonly Random random = new(seed);
    private readonly List<ConnectedPartner> partners = [];
    private readonly Dictionary<string, long> scoreVersions = [];
    private readonly Dictionary<(int Partner, string Person, string Programme), CheckEligibilityRequest> checks = [];
    private readonly Dictionary<(int Partner, string Person, string Programme), string> decisions = [];
    private int orders;

    /// <summary>Decisions so far.</summary>
    public int Decisions { get; private set; }

    public async Task RunAsync(int mostDecisions)
    {
        partners.Add(await gateway.ConnectAsync("one", [.. Programmes.Select(Enrol)]));
        partners.Add(await gateway.ConnectAsync("two", [.. Programmes.Select(Enrol)]));
        for (var person = 0; person < Persons; person++)
        {
            await FeedAsync($"p-{person}");
        }

        while (Decisions < mostDecisions)
        {
            await StepAsync();
        }
    }

    private Task StepAsync() =>
        random.Next(100) switch
        {
            < 55 => CheckAsync(),
            < 65 => BatchAsync(),
            < 83 => GrantAsync(),
            < 95 => FeedAsync(Person()),
            < 97 => EnrolAsync(),
            < 99 => ChangeProgrammeAsync(),
            _ => RollBackAsync(),
        };

    private async Task CheckAsync()
    {
        var (partner, check) = (random.Next(partners.Count), Check());
        var answer = await partners[partner].Eligibility.CheckEligibilityAsync(check);
        Decisions++;
        if (answer.Decision == EligibilityDecision.Eligible)
        {
            var key = (partner, check.Subject, check.Programme);
            (checks[key], decisions[key]) = (check, answer.DecisionId);
        }
    }

    private async Task BatchAsync()
    {
        var request = new BatchCheckEligibilityRequest { Checks = { Enumerable.Range(0, 4).Select(_ => Check()) } };
        await partners[random.Next(partners.Count)].Eligibility.BatchCheckEligibilityAsync(request);
        Decisions += request.Checks.Count;
    }

    private async Task GrantAsync()
    {
        var (partner, person) = (random.Next(partners.Count), Person());
        var programme = Pick([Bike, Umbrella]);
        var earlier = checks.GetValueOrDefault((partner, person, programme));
        var honours = earlier is not null && random.Next(2) == 0;
        orders++;
        await partners[partner]
            .Waivers.GrantDepositWaiverAsync(
                new GrantDepositWaiverRequest
                {
                    RequestId = $"grant-{orders}",
                    OrderId = $"order-{orders}",
                    Subject = person,
                    Programme = programme,
                    Amount = honours ? earlier!.Amount : Amount(),
                    AcceptPartial = random.Next(3) == 0,
                    DecisionId = honours ? decisions[(partner, person, programme)] : "",
                }
            );
        Decisions++;
    }

    private Task FeedAsync(string person)
    {
        var version = scoreVersions[person] = scoreVersions.GetValueOrDefault(person) + 1;
        var age = random.Next(8) == 0 ? TimeSpan.FromDays(100) : TimeSpan.FromDays(1);
        var asOf = gateway.Service<TimeProvider>().GetUtcNow() - age;
        return gateway.FeedAsync(person, random.Next(550, 850), courtListed: random.Next(10) == 0, version, asOf);
    }

    private async Task EnrolAsync() =>
        await gateway.Partners.UpdatePartnerAsync(
            new UpdatePartnerRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                Partner = new Partner { Partner_ = Pick(["one", "two"]), Enrolments = { Programmes.Select(Enrol) } },
                UpdateMask = new() { Paths = { "enrolments" } },
            }
        );

    private async Task ChangeProgrammeAsync()
    {
        var programme = Pick([Bike, Umbrella, Lounge]);
        var proposed = await gateway.ProposeAsync(random.Next(600, 760), programme);
        await gateway.ActivateAsync(proposed.Version, programme: programme);
    }

    private async Task RollBackAsync()
    {
        try
        {
            await gateway.RollBackAsync(Pick([Bike, Umbrella, Lounge]));
        }
        catch (Grpc.Core.RpcException refused)
        {
            Assert.Equal("STATE_CONFLICT", RefusedCall.Of(refused).Reason);
        }
    }

    private CheckEligibilityRequest Check()
    {
        var check = new CheckEligibilityRequest
        {
            Subject = Person(),
            Programme = Pick(Programmes),
            Amount = Amount(),
        };
        if (check.Programme == Lounge && random.Next(4) > 0)
        {
            check.Attributes["ticket_class"] = new AttributeValue { Text = Pick(["first", "business", "second"]) };
        }

        if (random.Next(3) == 0)
        {
            check.Attributes["rides"] = new AttributeValue { Number = random.Next(20) };
        }

        return check;
    }

    // Never a score below the programme's, which changes: none at all, or one that is above all of them.
    private Enrolment Enrol(string programme) =>
        new()
        {
            Programme = programme,
            MinimumScore = random.Next(4) == 0 ? 780 : 0,
            Condition = random.Next(5) switch
            {
                0 => new Condition
                {
                    AmountAtMost = new Money { CurrencyCode = "CNY", MinorUnits = random.Next(1, 20_000) },
                },
                1 => new Condition
                {
                    AttributeAtLeast = new AttributeAtLeast { Attribute = "rides", Minimum = random.Next(20) },
                },
                _ => null,
            },
        };

    private Money? Amount() => random.Next(2) == 0 ? null : new Money { CurrencyCode = "CNY", MinorUnits = random.Next(1, 25_000) };

    private string Person() => $"p-{random.Next(Persons)}";

    private T Pick<T>(T[] choices) => choices[random.Next(choices.Length)];
}
