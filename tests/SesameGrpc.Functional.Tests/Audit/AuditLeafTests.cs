using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;
using PartnerScores = SesameGrpc.Contracts.Partner.V1.CreditScoreService;

namespace SesameGrpc.Functional.Tests.Audit;

/// <summary>Every disclosure, decision, mutation and refusal has its leaf before the answer.</summary>
public sealed class AuditLeafTests(Stores stores)
{
    private static readonly Enrolment Bike = new() { Programme = "bike.deposit_free" };

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Append_ManyAtOnce_GivesDenseIndexesInTheOrderOfCommits(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var (log, entries) = (gateway.Service<AuditLog>(), gateway.Service<AuditEntries>());
        var before = await LeavesAsync(gateway);

        await Task.WhenAll(
            Enumerable
                .Range(0, 500)
                .Select(call =>
                    log.AppendAsync(
                        [entries.New("partner:a", "m", $"{call}-1"), entries.New("partner:a", "m", $"{call}-2")],
                        CancellationToken.None
                    )
                )
        );

        var leaves = await LeavesAsync(gateway);
        Assert.Equal(before.Count + 1000, leaves.Count);
        Assert.Equal(Enumerable.Range(0, leaves.Count).Select(index => (long)index), leaves.Select(leaf => leaf.Index));
        var ids = leaves.Skip(before.Count).Select(leaf => leaf.Entry.CallId).Chunk(2).ToList();
        Assert.All(ids, pair => Assert.Equal(pair[0].Replace("-1", "-2", StringComparison.Ordinal), pair[1]));
        Assert.Equal(500, ids.Select(pair => pair[0]).Distinct().Count());
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Disclosures_OfEveryKind_SayWhatWasToldOfWhomAndNoValue(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await StartStoryAsync(gateway);
        await bike.GrantAsync("test-650", "bike.deposit_free", "order-canary");
        var first = (await LeavesAsync(gateway)).Count;

        await bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" });
        await bike.Scores.BatchGetCreditScoresAsync(new BatchGetCreditScoresRequest { Subjects = { "test-650", "nobody", "no person" } });
        await bike.Eligibility.CheckEligibilityAsync(Check("test-650"));
        await bike.Eligibility.BatchCheckEligibilityAsync(
            new BatchCheckEligibilityRequest { Checks = { Check("test-649"), Check("nobody") } }
        );
        await bike.Waivers.GetDepositWaiverAsync(new GetDepositWaiverRequest { OrderId = "order-canary" });
        await bike.Waivers.ListDepositWaiversAsync(new ListDepositWaiversRequest());
        await gateway.Persons.GetPersonAsync(new GetPersonRequest { Person = "test-650" });
        await bike.Eligibility.ListProgrammesAsync(new Contracts.Partner.V1.ListProgrammesRequest());

        var person = gateway.Service<AuditEntries>().SubjectHashOf(await gateway.PersonIdAsync("test-650"));
        var leaves = (await LeavesAsync(gateway)).Skip(first).Select(leaf => leaf.Entry).ToList();
        Assert.Equal(
            [
                "GetCreditScore DISCLOSED score,band",
                "BatchGetCreditScores DISCLOSED score,band",
                "BatchGetCreditScores REFUSED ResourceNotFound",
                "BatchGetCreditScores REFUSED FieldInvalid",
                "CheckEligibility DECIDED decision,terms Eligible",
                "BatchCheckEligibility DECIDED decision NotEligible",
                "BatchCheckEligibility REFUSED ResourceNotFound",
                "GetDepositWaiver DISCLOSED deposit_waiver",
                "ListDepositWaivers DISCLOSED deposit_waiver",
                "GetPerson DISCLOSED person",
            ],
            leaves.Select(Summary)
        );
        Assert.Equal(6, leaves.Count(entry => entry.SubjectHash.Equals(person)));
        Assert.True(leaves.Single(entry => entry.ErrorReason == ErrorReason.FieldInvalid).SubjectHash.IsEmpty);
        Assert.Equal([DecisionReason.ScoreTooLow], leaves[5].DecisionReasons);
        Assert.Equal(["partner:bike", "operator:test"], leaves.Select(entry => entry.Caller).Distinct());
        Assert.All(leaves, entry => Assert.Matches("^[0-9a-f]{32}$", entry.CallId));
        var all = string.Concat((await LeavesAsync(gateway)).Select(leaf => leaf.Entry.ToString()));
        Assert.DoesNotContain("test-6", all, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", all.Replace("grant-order-canary", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Mutations_AndTheirReplays_HaveALeafEach(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await StartStoryAsync(gateway);
        var first = (await LeavesAsync(gateway)).Count;

        await bike.GrantAsync("test-650", "bike.deposit_free", "ride");
        await bike.GrantAsync("test-650", "bike.deposit_free", "ride");
        await gateway.Persons.OptOutAsync(new OptOutRequest { RequestId = "out", Person = "test-649" });
        await gateway.Partners.SuspendPartnerAsync(new SuspendPartnerRequest { RequestId = "stop", Partner = "bike" });

        var leaves = (await LeavesAsync(gateway)).Skip(first).Select(leaf => leaf.Entry).ToList();
        Assert.Equal(
            ["GrantDepositWaiver CHANGED", "GrantDepositWaiver REPLAYED", "OptOut CHANGED", "SuspendPartner CHANGED"],
            leaves.Select(entry => $"{Summary(entry).Split(' ')[0]} {Summary(entry).Split(' ')[1]}")
        );
        Assert.Equal(["grant-ride", "grant-ride", "out", "stop"], leaves.Select(entry => entry.RequestId));
        var (refused, granted) = (await HashAsync("test-649"), await HashAsync("test-650"));
        Assert.Equal([granted, granted, refused], leaves.Take(3).Select(entry => entry.SubjectHash));
        Assert.Equal(("partner", "bike"), (leaves[3].ResourceKind, leaves[3].ResourceId));

        async Task<Google.Protobuf.ByteString> HashAsync(string person) =>
            gateway.Service<AuditEntries>().SubjectHashOf(await gateway.PersonIdAsync(person));
    }

    [Fact]
    public async Task Import_OfScores_HasALeafForEachBatchWithThePositionReached()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var first = (await LeavesAsync(gateway)).Count;

        await gateway.FeedAsync("test-650", 650, version: 7);

        var entry = Assert.Single((await LeavesAsync(gateway)).Skip(first)).Entry;
        Assert.Equal(
            ("score_import", "test-650-7", 7L, AuditOutcome.Changed),
            (entry.ResourceKind, entry.ResourceId, entry.ResourceRevision, entry.Outcome)
        );
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Refusals_OfAKnownCaller_HaveALeafWithTheReason(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await StartStoryAsync(gateway);
        var first = (await LeavesAsync(gateway)).Count;
        var withoutToken = new PartnerScores.CreditScoreServiceClient(bike.Channel);

        await RefusedCall.OfAsync(bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "nobody" }));
        await RefusedCall.OfAsync(withoutToken.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" }));
        await RefusedCall.OfAsync(async () => await bike.GrantAsync("nobody", "bike.deposit_free", "ride"));
        await RefusedCall.OfAsync(async () =>
            await bike.Waivers.CancelDepositWaiverAsync(
                new CancelDepositWaiverRequest { RequestId = "gone", DepositWaiverId = new string('a', 32) }
            )
        );
        await RefusedCall.OfAsync(() => SendRawAsync(bike, [0xFF, 0xFF]));
        await gateway.Partners.SuspendPartnerAsync(new SuspendPartnerRequest { RequestId = "stop", Partner = "bike" });
        await RefusedCall.OfAsync(bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" }));

        var leaves = (await LeavesAsync(gateway)).Skip(first).Select(leaf => leaf.Entry).ToList();
        Assert.Equal(
            [
                "GetCreditScore REFUSED ResourceNotFound",
                "GetCreditScore REFUSED TokenMissing",
                "GrantDepositWaiver REFUSED ResourceNotFound",
                "CancelDepositWaiver REFUSED ResourceNotFound",
                "GetCreditScore REFUSED MessageMalformed",
                "SuspendPartner CHANGED",
                "GetCreditScore REFUSED PartnerSuspended",
            ],
            leaves.Select(Summary)
        );
        var nobody = gateway.Service<AuditEntries>().SubjectHashOf("nobody");
        Assert.Equal([true, false, true, false, false, false, false], leaves.Select(entry => entry.SubjectHash.Equals(nobody)));
        Assert.Equal(["", "", "grant-ride", "gone", "", "stop", ""], leaves.Select(entry => entry.RequestId));
    }

    [Fact]
    public async Task Refusals_OfNobodyKnown_HaveNoLeaf()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var first = (await LeavesAsync(gateway)).Count;
        var stranger = new PartnerScores.CreditScoreServiceClient(
            gateway.Channel(gateway.PartnerUrl, gateway.Authority.Partner("stranger"))
        );

        var refused = await RefusedCall.OfAsync(stranger.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" }));

        Assert.Equal("CERTIFICATE_UNKNOWN", refused.Reason);
        Assert.Equal(first, (await LeavesAsync(gateway)).Count);
    }

    [Fact]
    public async Task Disclosure_WithoutALeaf_IsRefused()
    {
        Stores.Require(PostgresServer.IsInstalled, "postgresql-15");
        var server = await PostgresServer.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { PostgreSql = await server.NewDatabaseAsync() });
        var bike = await StartStoryAsync(gateway);
        await bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" });
        await server.DisposeAsync();

        // The person is in memory still; only the leaf is missing.
        var score = await RefusedCall.OfAsync(bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" }));
        var refusal = await RefusedCall.OfAsync(bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "no person" }));

        Assert.Equal((StatusCode.Unavailable, "STORE_UNAVAILABLE"), (score.Code, score.Reason));
        Assert.Equal((StatusCode.Unavailable, "STORE_UNAVAILABLE"), (refusal.Code, refusal.Reason));
    }

    internal static async Task<List<(long Index, AuditEntry Entry)>> LeavesAsync(GatewayUnderTest gateway)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        return [.. await StoredLeaves.ReadAsync(connection)];
    }

    private static async Task<ConnectedPartner> StartStoryAsync(GatewayUnderTest gateway)
    {
        var bike = await gateway.ConnectAsync("bike", Bike);
        await gateway.Persons.OptInAsync(new OptInRequest { RequestId = "in-1", Person = "test-650" });
        await gateway.Persons.OptInAsync(new OptInRequest { RequestId = "in-2", Person = "test-649" });
        await FeedAsync(gateway, "a", ("test-650", 650), ("test-649", 649));
        return bike;
    }

    // Under an import id that names nobody.
    private static async Task FeedAsync(GatewayUnderTest gateway, string importId, params (string Person, int Score)[] scores)
    {
        using var call = gateway.ScoreFeed.ImportScores();
        var rows = scores.Select(
            (score, line) =>
                new ScoreRow
                {
                    Line = line + 1,
                    Person = score.Person,
                    Version = 1,
                    Score = score.Score,
                    AsOfUnixMicros = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000,
                }
        );
        await call.RequestStream.WriteAsync(
            new ImportScoresRequest
            {
                ImportId = importId,
                ModelVersion = "test",
                Rows = { rows },
                Last = true,
            }
        );
        await call.RequestStream.CompleteAsync();
        await call;
    }

    private static CheckEligibilityRequest Check(string person) => new() { Subject = person, Programme = "bike.deposit_free" };

    private static string Summary(AuditEntry entry)
    {
        var decision = entry.Decision == EligibilityDecision.Unspecified ? null : entry.Decision.ToString();
        var reason = entry.ErrorReason == ErrorReason.Unspecified ? null : entry.ErrorReason.ToString();
        string?[] words =
        [
            entry.Method.Split('/')[1],
            entry.Outcome.ToString().ToUpperInvariant(),
            string.Join(',', entry.DisclosedFields) is { Length: > 0 } fields ? fields : null,
            decision,
            reason,
        ];
        return string.Join(' ', words.Where(word => word is not null));
    }

    private static async Task SendRawAsync(ConnectedPartner bike, byte[] message)
    {
        var method = new Method<byte[], byte[]>(
            MethodType.Unary,
            "sesame.partner.v1.CreditScoreService",
            "GetCreditScore",
            Marshallers.Create(bytes => bytes, bytes => bytes),
            Marshallers.Create(bytes => bytes, bytes => bytes)
        );
        await bike.Invoker.AsyncUnaryCall(method, null, default, message);
    }
}
