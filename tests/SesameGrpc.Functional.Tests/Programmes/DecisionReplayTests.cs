using System.Text.Json;
using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Retention;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;
using static SesameGrpc.Functional.Tests.Programmes.ProgrammeSteps;

namespace SesameGrpc.Functional.Tests.Programmes;

public sealed class SqliteDecisionReplayTests(Stores stores) : DecisionReplayTests(stores, Store.Sqlite);

public sealed class PostgreSqlDecisionReplayTests(Stores stores) : DecisionReplayTests(stores, Store.PostgreSql);

/// <summary>Every recorded decision can be decided again from what was recorded, and one that was tampered with is found.</summary>
public abstract class DecisionReplayTests(Stores stores, Store store)
{
    private const int Seed = 20261126;

    private readonly MovableTime time = new();

    [Fact]
    public async Task Replay_OfAThousandDecisions_GivesTheSameResultsAndReasons_UntilSomethingIsTamperedWith()
    {
        await using var gateway = await StartAsync();
        var traffic = new DecisionTraffic(gateway, Seed);
        await traffic.RunAsync(1000);

        var replay = await gateway.ReplayAsync();

        Assert.Empty(replay.Differences);
        Assert.Empty(replay.NotReplayable);
        Assert.Equal((traffic.Decisions, traffic.Decisions, 0), (replay.Decisions, replay.Equal, replay.Different));
        Assert.True(replay is { Complete: true, LimitsTakenAsFacts: > 0 });
        await AssertVarietyAsync(gateway);

        await ExecuteAsync(gateway, "UPDATE person_versions SET score = 351 WHERE score BETWEEN 700 AND 760 AND court_listed = 0");
        var tampered = await gateway.ReplayAsync();
        await ExecuteAsync(gateway, "DELETE FROM person_versions");
        var robbed = await gateway.ReplayAsync();

        Assert.True(tampered.Different > 0);
        Assert.Contains(tampered.Differences, difference => difference.Replayed.Reasons.Contains(DecisionReason.ScoreTooLow));
        Assert.All(tampered.Differences, difference => Assert.NotEqual(difference.Recorded, difference.Replayed));
        Assert.Equal(NotReplayableReason.HistoryMissing, Assert.Single(robbed.NotReplayable).Reason);
    }

    [Fact]
    public async Task Replay_FiltersByPartnerProgrammePlaceAndTime()
    {
        await using var gateway = await StartAsync();
        var one = await gateway.ConnectAsync("one", new Enrolment { Programme = Bike }, new Enrolment { Programme = "rail.lounge" });
        var two = await gateway.ConnectAsync("two", new Enrolment { Programme = Bike });
        await gateway.FeedAsync("p", 660);
        await one.CheckAsync("p");
        await one.CheckAsync("p", "rail.lounge");
        var between = time.GetUtcNow();
        await two.CheckAsync("p");
        var from = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(between);
        var all = await gateway.ReplayAsync();
        ReplayDecisionsRequest[] requests =
        [
            new() { Partner = "one" },
            new() { Programme = Bike },
            new() { Partner = "two", Programme = "rail.lounge" },
            new() { FromTime = from },
            new() { UntilTime = from },
            new() { FirstIndex = all.TotalEntries },
            new() { EndIndex = 1 },
        ];

        var counts = new List<long>();
        foreach (var request in requests)
        {
            counts.Add((await gateway.ReplayAsync(request)).Decisions);
        }

        Assert.Equal(3, all.Decisions);
        Assert.Equal([2, 2, 0, 1, 2, 0, 0], counts);
        var refused = await RefusedCall.OfAsync(() => gateway.ReplayAsync(new() { FirstIndex = -1, Programme = "no id" }));
        Assert.Equal("first_index,programme", refused.Info.Metadata["fields"]);
    }

    [Fact]
    public async Task Replay_OfWhoeverWasErased_OrWhoseHistoryHasEnded_SaysSo()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Bike });
        foreach (var person in new[] { "erased", "changed", "same" })
        {
            await gateway.FeedAsync(person, 660);
            await bike.CheckAsync(person);
        }

        await gateway.FeedAsync("changed", 640, version: 2);
        await gateway.FeedAsync("erased", 640, version: 2);
        await gateway.Persons.ErasePersonAsync(new ErasePersonRequest { RequestId = "erase", Person = "erased" });
        var erased = await gateway.ReplayAsync();
        Assert.Equal(1, await CountAsync(gateway, "SELECT COUNT(*) FROM person_versions"));
        time.Advance(TimeSpan.FromDays(401));
        var sweep = await gateway.SweepAsync();
        var ended = await gateway.ReplayAsync();

        Assert.Equal((3, 2), (erased.Decisions, erased.Equal));
        Assert.Equal([NotReplayableReason.PersonErased], erased.NotReplayable.Select(missing => missing.Reason));
        Assert.Equal((1, 0), (sweep.PersonVersions, sweep.Left));
        Assert.Equal((1, 0), (ended.Equal, ended.Different));
        Assert.Equal(
            [NotReplayableReason.PersonErased, NotReplayableReason.HistoryEnded],
            ended.NotReplayable.Select(missing => missing.Reason)
        );
    }

    [Fact]
    public async Task Replay_OfWhatCannotBeDecidedAgain_SaysWhy_AndAStartKeepsTheRevisionsThatLack()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Bike });
        await gateway.FeedAsync("p", 660);
        await bike.CheckAsync("p");
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        var entry = (await StoredLeaves.ReadAsync(connection)).Last(leaf => leaf.Entry.Decision != EligibilityDecision.Unspecified).Entry;
        var older = new AuditEntry(entry) { ScoreValiditySeconds = 0 };
        var changed = new AuditEntry(entry) { OrderFacts = ByteString.CopyFrom(new byte[40]) };
        await gateway.Service<AuditLog>().AppendAsync([older, changed], CancellationToken.None);
        var found = await gateway.ReplayAsync();
        await ExecuteAsync(gateway, "DELETE FROM enrolment_revisions");
        var unknown = await gateway.ReplayAsync();
        await using var next = await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                Time = time,
                Beside = gateway,
                PostgreSql = store == Store.PostgreSql ? gateway.Service<Database>().ConnectionString : null,
            }
        );

        Assert.Equal((3, 1), (found.Decisions, found.Equal));
        Assert.Equal(
            [NotReplayableReason.FactsNotRecorded, NotReplayableReason.OrderUnreadable],
            found.NotReplayable.Select(missing => missing.Reason)
        );
        Assert.Contains(unknown.NotReplayable, missing => missing is { Reason: NotReplayableReason.PolicyUnknown, Count: 1 });
        Assert.Equal(1, (await next.ReplayAsync()).Equal);
    }

    /// <summary>Whoever opts out loses the score, and what was decided on it before can still be decided again.</summary>
    [Fact]
    public async Task Replay_AfterOptingOut_StillComesOut()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Bike });
        await gateway.Persons.OptInAsync(new OptInRequest { RequestId = "in", Person = "newcomer" });
        await gateway.FeedAsync("p", 660);
        await bike.CheckAsync("newcomer");
        await bike.CheckAsync("p");
        await gateway.Persons.OptOutAsync(new OptOutRequest { RequestId = "out", Person = "p" });
        await gateway.FeedAsync("newcomer", 700, version: 2);

        var replay = await gateway.ReplayAsync();

        Assert.Equal((2, 2, 0), (replay.Decisions, replay.Equal, replay.Different));
        Assert.Equal(2, await CountAsync(gateway, "SELECT COUNT(*) FROM person_versions"));
    }

    [Fact]
    public async Task Export_OfAPersonWhoseScoreHasChanged_HasTheFormerOnes()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Bike });
        await gateway.FeedAsync("p", 660);
        await bike.CheckAsync("p");
        await gateway.FeedAsync("p", 640, courtListed: true, version: 2);
        await gateway.FeedAsync("p", 670, version: 3);

        var export = await gateway.Persons.ExportPersonAsync(new ExportPersonRequest { Person = "p" });

        using var json = JsonDocument.Parse(export.Json);
        var former = json.RootElement.GetProperty("former_scores").EnumerateArray();
        Assert.Equal(
            [(1, 660, false), (2, 640, true)],
            former.Select(score =>
                (
                    score.GetProperty("version").GetInt32(),
                    score.GetProperty("fed_score").GetInt32(),
                    score.GetProperty("court_listed").GetBoolean()
                )
            )
        );
    }

    [Fact]
    public async Task History_OfPersonsWhomNoPartnerKnows_IsNotKept()
    {
        await using var gateway = await StartAsync();
        await gateway.FeedAsync("p", 660);
        await gateway.FeedAsync("p", 670, version: 2);

        Assert.Equal(0, await CountAsync(gateway, "SELECT COUNT(*) FROM person_versions"));
    }

    [Fact]
    public async Task DryRun_OfAHigherThreshold_SaysHowManyDecisionsWouldDifferAndHow()
    {
        const int Batches = 10;
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Bike });
        for (var person = 0; person < 20; person++)
        {
            await gateway.FeedAsync($"p-{person}", 600 + (5 * person));
        }

        for (var batch = 0; batch < Batches; batch++)
        {
            var checks = Enumerable
                .Range(0, 1000)
                .Select(number => new CheckEligibilityRequest { Subject = $"p-{number % 20}", Programme = Bike });
            await bike.Eligibility.BatchCheckEligibilityAsync(new BatchCheckEligibilityRequest { Checks = { checks } });
        }

        var document = await gateway.ProgrammeAsync();
        var begun = TimeProvider.System.GetTimestamp();
        var higher = await gateway.DryRunAsync(new() { Programme = document.WithScore(680) });
        var took = TimeProvider.System.GetElapsedTime(begun);
        var same = await gateway.DryRunAsync(new() { Programme = document });
        var few = await gateway.DryRunAsync(new() { Programme = document.WithScore(680), Decisions = 20 });

        // 650, 655 ... 675 are eligible by the present threshold alone.
        Assert.Equal((10_000, 3000, true), (higher.Decisions, higher.Different, higher.Complete));
        var transition = Assert.Single(higher.Transitions);
        Assert.Equal(3000, transition.Count);
        Assert.Equal(new DecisionResult { Decision = EligibilityDecision.Eligible }, transition.Before);
        Assert.Equal(
            new DecisionResult { Decision = EligibilityDecision.NotEligible, Reasons = { DecisionReason.ScoreTooLow } },
            transition.After
        );
        Assert.Equal((10_000, 0), (same.Decisions, same.Different));
        Assert.Equal((20, 6), (few.Decisions, few.Different));
        Assert.True(took < TimeSpan.FromSeconds(30), $"{took} for 10,000 decisions");
        TestContext.Current.TestOutputHelper?.WriteLine($"{took.TotalMilliseconds:N0} ms for 10,000 decisions");
    }

    [Fact]
    public async Task DryRun_OfAWrongDocument_NamesTheField()
    {
        await using var gateway = await StartAsync();
        var document = await gateway.ProgrammeAsync();
        document.Terms.AmountLimit.CurrencyCode = "USD";

        var refused = await RefusedCall.OfAsync(() => gateway.DryRunAsync(new() { Programme = document }));
        var many = await RefusedCall.OfAsync(async () =>
            await gateway.DryRunAsync(new() { Programme = await gateway.ProgrammeAsync(), Decisions = 10_001 })
        );

        Assert.Equal("programme.terms.amount_limit", refused.Info.Metadata["fields"]);
        Assert.Equal("decisions", many.Info.Metadata["fields"]);
    }

    private Task<GatewayUnderTest> StartAsync() => stores.StartGatewayAsync(store, new GatewaySetup { Time = time });

    // That the traffic was worth replaying: every reason that it can give, several versions, orders of which something was stated.
    private static async Task AssertVarietyAsync(GatewayUnderTest gateway)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        var leaves = (await StoredLeaves.ReadAsync(connection)).Select(leaf => leaf.Entry).ToList();
        var decided = leaves.FindAll(leaf => leaf.Decision != EligibilityDecision.Unspecified);
        Assert.Equal(
            [
                DecisionReason.ScoreTooLow,
                DecisionReason.ScoreExpired,
                DecisionReason.CourtListed,
                DecisionReason.AmountTooHigh,
                DecisionReason.AttributeNotMet,
                DecisionReason.AttributeMissing,
            ],
            decided.SelectMany(leaf => leaf.DecisionReasons).Distinct().Where(reason => reason <= DecisionReason.AttributeMissing).Order()
        );
        Assert.True(decided.Select(leaf => leaf.PolicyVersion).Distinct().Count() > 10);
        Assert.Contains(decided, leaf => leaf.OrderFacts.IsEmpty);
        Assert.Contains(decided, leaf => !leaf.OrderFacts.IsEmpty);
    }

    private static async Task ExecuteAsync(GatewayUnderTest gateway, string sql) =>
        await gateway
            .Service<Database>()
            .WriteAsync((transaction, token) => transaction.Command(sql).ExecuteAsync(token), CancellationToken.None);

    private static async Task<long> CountAsync(GatewayUnderTest gateway, string sql)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        return await connection.Command(sql).ScalarInt64Async(CancellationToken.None) ?? -1;
    }
}
