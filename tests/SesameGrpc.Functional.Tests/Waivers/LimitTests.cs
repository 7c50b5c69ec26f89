using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Waivers;

/// <summary>Many grants at once against one person's limits: exactly the limit is granted, never more, never less.</summary>
public sealed class LimitTests(Stores stores)
{
    private const int Grants = 64;

    private static readonly string[] Programmes =
    [
        "bike.deposit_free",
        "umbrella.deposit_free",
        "charger.deposit_free",
        "hospital.wheelchair",
    ];

    [Theory]
    [InlineData(Store.Sqlite, 1)]
    [InlineData(Store.PostgreSql, 1)]
    [InlineData(Store.PostgreSql, 3)]
    public async Task Grants_64AtOnceOverPartnersAndProgrammes_ExactlyTheOverallLimitIsGranted(Store store, int instances)
    {
        var database = await stores.ConnectionStringAsync(store);
        await using var first = await GatewayUnderTest.StartAsync(new GatewaySetup { PostgreSql = database });
        var gateways = new List<GatewayUnderTest> { first };
        for (var index = 1; index < instances; index++)
        {
            gateways.Add(await GatewayUnderTest.StartAsync(new GatewaySetup { PostgreSql = database, Beside = first }));
        }

        await first.FeedAsync("p", 700);
        var partners = new List<ConnectedPartner>();
        foreach (var id in new[] { "one", "two", "three" })
        {
            await first.OnboardAsync(id, [.. Programmes.Select(programme => new Enrolment { Programme = programme })]);
            foreach (var gateway in gateways)
            {
                await Eventually.HoldsAsync(
                    async () => (await gateway.RequestTokenAsync(id, first.Authority.Partner(id), "score.read")).IsSuccess,
                    "the partner is known"
                );
                partners.Add(await gateway.ConnectOnboardedAsync(id));
            }
        }

        // So little each that no sum is reached, and whatever comes first leaves room for five.
        var amount = new Money { CurrencyCode = "CNY", MinorUnits = 100 };
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, Grants)
                .Select(index =>
                    partners[index % partners.Count].GrantAsync("p", Programmes[index % Programmes.Length], $"order-{index}", amount)
                )
        );

        var granted = answers.Where(answer => answer.DepositWaiver is not null).Select(answer => answer.DepositWaiver).ToList();
        var refused = answers
            .Where(answer => answer.NotGranted is not null)
            .SelectMany(answer => answer.NotGranted.Reasons)
            .Select(reason => reason.Reason)
            .ToList();
        Assert.Equal(5, granted.Count);
        Assert.Equal(Grants - 5, refused.Count);
        Assert.Contains(DecisionReason.OverallLimitReached, refused);
        await AssertSumsAsync(first, granted);
        foreach (var gateway in gateways.Skip(1))
        {
            await gateway.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Grants_64AtOnceUnderOneProgramme_ExactlyItsLimitIsGranted(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var partner = await gateway.ConnectAsync("one", new Enrolment { Programme = "umbrella.deposit_free" });
        await gateway.FeedAsync("p", 600);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, Grants).Select(index => partner.GrantAsync("p", "umbrella.deposit_free", $"order-{index}"))
        );
        var granted = answers.Where(answer => answer.DepositWaiver is not null).Select(answer => answer.DepositWaiver).ToList();

        Assert.Equal(2, granted.Count);
        Assert.All(
            answers.Where(answer => answer.NotGranted is not null),
            answer => Assert.Equal(DecisionReason.ProgrammeLimitReached, Assert.Single(answer.NotGranted.Reasons).Reason)
        );
        await AssertSumsAsync(gateway, granted);

        await Task.WhenAll(
            granted.Select(async waiver =>
                await partner.Waivers.CompleteDepositWaiverAsync(
                    new() { RequestId = waiver.DepositWaiverId, DepositWaiverId = waiver.DepositWaiverId }
                )
            )
        );
        await AssertSumsAsync(gateway, []);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Ceiling_IsHeldByTheStoreItself(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var partner = await gateway.ConnectAsync("one", new Enrolment { Programme = "umbrella.deposit_free" });
        await gateway.FeedAsync("p", 600);
        await partner.GrantAsync("p", "umbrella.deposit_free", "1");

        foreach (var fault in new[] { "open_fen = ceiling_fen + 1", "open_count = ceiling_count + 1", "open_fen = -1", "open_count = -1" })
        {
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() =>
                gateway
                    .Service<Database>()
                    .WriteAsync(
                        (transaction, token) =>
                            transaction.Command($"UPDATE exposures SET {fault} WHERE scope = 'all'").ExecuteAsync(token),
                        CancellationToken.None
                    )
            );
        }
    }

    [Fact]
    public async Task AmountCondition_OfAnEnrolment_IsNotPassedByAnAmountLeftOutOrByADecisionOnASmallerOne()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var partner = await gateway.ConnectAsync(
            "one",
            new Enrolment
            {
                Programme = "bike.deposit_free",
                Condition = new Condition
                {
                    AmountAtMost = new Money { CurrencyCode = "CNY", MinorUnits = 5000 },
                },
            }
        );
        await gateway.FeedAsync("p", 700);
        var small = new Money { CurrencyCode = "CNY", MinorUnits = 5000 };
        var large = new Money { CurrencyCode = "CNY", MinorUnits = 5001 };
        var decision = await partner.Eligibility.CheckEligibilityAsync(
            new CheckEligibilityRequest
            {
                Subject = "p",
                Programme = "bike.deposit_free",
                Amount = small,
            }
        );
        var grant = new GrantDepositWaiverRequest
        {
            RequestId = "1",
            OrderId = "1",
            Subject = "p",
            Programme = "bike.deposit_free",
            DecisionId = decision.DecisionId,
        };

        var leftOut = await partner.GrantAsync("p", "bike.deposit_free", "left-out");
        var honoured = await partner.Waivers.GrantDepositWaiverAsync(new GrantDepositWaiverRequest(grant) { Amount = large });
        var granted = await partner.Waivers.GrantDepositWaiverAsync(
            new GrantDepositWaiverRequest(grant) { RequestId = "2", Amount = small }
        );

        Assert.Equal(EligibilityDecision.Eligible, decision.Decision);
        Assert.Equal(DecisionReason.AmountTooHigh, Assert.Single(leftOut.NotGranted.Reasons).Reason);
        Assert.Equal(DecisionReason.AmountTooHigh, Assert.Single(honoured.NotGranted.Reasons).Reason);
        Assert.Equal((5000, decision.DecisionId), (granted.DepositWaiver.WaivedAmount.MinorUnits, granted.DepositWaiver.DecisionId));
    }

    /// <summary>A line of credit is one amount, by the score, for all that is bought on it, wherever.</summary>
    [Fact]
    public async Task CreditLine_IsSharedByAllPurchasesAndGrowsWithTheScore()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var one = await gateway.ConnectAsync("one", new Enrolment { Programme = "credit.line" });
        var two = await gateway.ConnectAsync("two", new Enrolment { Programme = "credit.line" });
        await gateway.FeedAsync("p", 750);

        var first = await one.GrantAsync("p", "credit.line", "1", Fen(300_000));
        var beyond = await two.GrantAsync("p", "credit.line", "2", Fen(200_001));
        var second = await two.GrantAsync("p", "credit.line", "3", Fen(200_000));
        await gateway.FeedAsync("p", 800, version: 2);
        var grown = await one.GrantAsync("p", "credit.line", "4", Fen(500_000));
        await gateway.FeedAsync("p", 760, version: 3);
        var shrunk = await one.GrantAsync("p", "credit.line", "5", Fen(1));

        Assert.All([first, second, grown], answer => Assert.Equal(DepositWaiverState.Active, answer.DepositWaiver.State));
        Assert.All(
            [beyond, shrunk],
            answer => Assert.Equal(DecisionReason.ProgrammeLimitReached, Assert.Single(answer.NotGranted.Reasons).Reason)
        );
    }

    [Fact]
    public async Task Device_OfAGrant_IsKeptAndMustBeVisibleText()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var partner = await gateway.ConnectAsync("one", new Enrolment { Programme = "umbrella.deposit_free" });
        await gateway.FeedAsync("p", 600);
        var request = new GrantDepositWaiverRequest
        {
            RequestId = "1",
            OrderId = "1",
            Subject = "p",
            Programme = "umbrella.deposit_free",
            DeviceId = "U 7",
        };

        var malformed = await RefusedCall.OfAsync(partner.Waivers.GrantDepositWaiverAsync(request));
        request.DeviceId = "U-7";
        var granted = (await partner.Waivers.GrantDepositWaiverAsync(request)).DepositWaiver;
        var read = await partner.Waivers.GetDepositWaiverAsync(new GetDepositWaiverRequest { OrderId = "1" });

        Assert.Equal("device_id", malformed.Info.Metadata["fields"]);
        Assert.Equal(("U-7", "U-7"), (granted.DeviceId, read.DepositWaiver.DeviceId));
    }

    private static Money Fen(long fen) => new() { CurrencyCode = "CNY", MinorUnits = fen };

    [Fact]
    public async Task OptOut_WhileAGrantIsUnderWay_WaitsForIt()
    {
        await using var gateway = await stores.StartGatewayAsync(Store.PostgreSql);
        var partner = await gateway.ConnectAsync("one", new Enrolment { Programme = "umbrella.deposit_free" });
        await gateway.FeedAsync("p", 600);
        await partner.GrantAsync("p", "umbrella.deposit_free", "first");

        // The person's sums are locked, so that the grant has decided, and waits.
        var granting = Task.FromResult(new GrantDepositWaiverResponse());
        await gateway
            .Service<Database>()
            .WriteAsync(
                async (transaction, token) =>
                {
                    await transaction
                        .Command(
                            "UPDATE exposures SET version = version WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'p')"
                        )
                        .ExecuteAsync(token);
                    granting = partner.GrantAsync("p", "umbrella.deposit_free", "second");
                    await Eventually.HoldsAsync(() => IsAnyoneWaitingAsync(gateway), "the grant waits");

                    var tooLate = await Assert.ThrowsAsync<Grpc.Core.RpcException>(async () =>
                        await gateway.Persons.OptOutAsync(
                            new OptOutRequest { RequestId = "o", Person = "p" },
                            deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(500)
                        )
                    );
                    Assert.Equal(Grpc.Core.StatusCode.DeadlineExceeded, tooLate.StatusCode);
                    return 0;
                },
                CancellationToken.None
            );

        Assert.Equal(DepositWaiverState.Active, (await granting).DepositWaiver.State);
        await gateway.Persons.OptOutAsync(new OptOutRequest { RequestId = "o", Person = "p" });
        Assert.Equal(
            "RESOURCE_NOT_FOUND",
            (await RefusedCall.OfAsync(() => partner.GrantAsync("p", "umbrella.deposit_free", "third"))).Reason
        );
    }

    private static async Task<bool> IsAnyoneWaitingAsync(GatewayUnderTest gateway)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        return await connection.Command("SELECT count(*) FROM pg_locks WHERE NOT granted").ScalarInt64Async(CancellationToken.None) > 0;
    }

    // Sums equal the open waivers; entries are numbered without gaps and add up to the sums.
    private static async Task AssertSumsAsync(GatewayUnderTest gateway, IReadOnlyCollection<DepositWaiver> open)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        var sums = await connection
            .Command(
                "SELECT open_fen, open_count, version FROM exposures WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'p') AND scope = 'all'"
            )
            .ListAsync(row => (Fen: row.GetInt64(0), Count: row.GetInt32(1), Version: row.GetInt64(2)), CancellationToken.None);
        var entries = await connection
            .Command(
                "SELECT version, kind, amount_fen FROM ledger_entries WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'p') ORDER BY version"
            )
            .ListAsync(row => (Version: row.GetInt64(0), Kind: row.GetInt32(1), Fen: row.GetInt64(2)), CancellationToken.None);

        Assert.Equal((open.Sum(waiver => waiver.WaivedAmount.MinorUnits), open.Count), (sums.Single().Fen, sums.Single().Count));
        Assert.Equal(sums.Single().Fen, entries.Sum(entry => entry.Kind == 1 ? entry.Fen : -entry.Fen));
        Assert.Equal(Enumerable.Range(1, entries.Count).Select(index => (long)index), entries.Select(entry => entry.Version));
        Assert.Equal(sums.Single().Version, entries.Count);
    }
}
