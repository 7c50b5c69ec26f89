using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Contracts.Rail.V1;
using SesameGrpc.Gateway.Collections;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;
using CollectionState = SesameGrpc.Contracts.Partner.V1.CollectionState;

namespace SesameGrpc.Functional.Tests.Collections;

/// <summary>Charges are collected by a real payment system over mutual TLS, once, whatever gets lost on the way.</summary>
public abstract class CollectionTests(Stores stores, Store store)
{
    private const string Programme = "bike.deposit_free";
    private const long ChargedFen = 500;
    private readonly MovableTime time = new();

    [Fact]
    public async Task Collect_OfACharge_SettlesTheWaiver()
    {
        await using var rail = await RailUnderTest.StartAsync();
        await using var gateway = await StartAsync(rail);
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Programme });

        var settled = await SettledAsync(bike, await CompleteAsync(gateway, bike, "test-650"));

        Assert.Equal((CollectionState.Collected, SettlementChannel.Collection), (settled.Collection, settled.SettledBy));
        Assert.Equal((ChargedFen, 0), (settled.CollectedAmount.MinorUnits, settled.OutstandingAmount.MinorUnits));
        var taken = Assert.Single(rail.Book.History);
        Assert.Equal((settled.DepositWaiverId, "test-650", ChargedFen), (taken.ObligationId, taken.Person, taken.AmountFen));
        Assert.Equal("ALREADY_SETTLED", (await RefusedCall.OfAsync(() => ReportAsync(bike, settled))).Reason);
    }

    [Fact]
    public async Task Collect_DeclinedForGood_WaitsForThePartnersReport()
    {
        await using var rail = await RailUnderTest.StartAsync();
        await using var gateway = await StartAsync(rail);
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Programme });
        var waiver = await CompleteAsync(gateway, bike, "test-650-declined");

        waiver = await WhenAsync(bike, waiver, now => now.Collection == CollectionState.Declined, "declined");
        Assert.Equal(DepositWaiverState.Settling, waiver.State);
        var settled = await ReportAsync(bike, waiver);

        Assert.Equal((DepositWaiverState.Settled, SettlementChannel.Partner), (settled.State, settled.SettledBy));
        Assert.Equal((1, 0), (rail.Book.History.Count, rail.Book.NetCollectedFen));
    }

    [Fact]
    public async Task Collect_DeclinedOnce_SucceedsAtTheNextAttemptUnderANewId()
    {
        await using var rail = await RailUnderTest.StartAsync();
        await using var gateway = await StartAsync(rail);
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Programme });
        var waiver = await CompleteAsync(gateway, bike, "test-650-declinedonce");

        await Eventually.HoldsAsync(() => Task.FromResult(rail.Book.History.Count == 1), "the first attempt");
        await WhenAsync(bike, waiver, now => now.Collection == CollectionState.Scheduled, "scheduled again");
        time.Advance(TimeSpan.FromHours(1));
        await SettledAsync(await gateway.ConnectOnboardedAsync("bike"), waiver);

        Assert.Equal(
            [(waiver.DepositWaiverId + ".1", CollectionStatus.Declined), (waiver.DepositWaiverId + ".2", CollectionStatus.Collected)],
            rail.Book.History.Select(entry => (entry.CollectionId, entry.Status))
        );
    }

    [Theory]
    [InlineData("test-650-lostanswer")]
    [InlineData("test-650-slowpay")]
    [InlineData("test-650-slowpay-lostanswer")]
    [InlineData("test-650-railunavailable")]
    public async Task Collect_WhateverGoesWrong_TakesTheMoneyOnce(string person)
    {
        await using var rail = await RailUnderTest.StartAsync();
        await using var gateway = await StartAsync(rail);
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Programme });

        await SettledAsync(bike, await CompleteAsync(gateway, bike, person), hurry: true);

        Assert.Single(rail.Book.History, entry => entry.Status == CollectionStatus.Collected);
        Assert.Equal(ChargedFen, rail.Book.NetCollectedFen);
    }

    [Fact]
    public async Task Collect_PaymentSystemDown_WaitsUntilItIsBack()
    {
        await using var rail = await RailUnderTest.StartAsync();
        await rail.StopAsync();
        await using var gateway = await StartAsync(rail);
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Programme });
        var waiver = await CompleteAsync(gateway, bike, "test-650");

        await Eventually.HoldsAsync(
            () => Task.FromResult(gateway.Log.Lines.Any(line => line.Contains("[1704]", StringComparison.Ordinal))),
            "a try without answer"
        );
        Assert.Equal(DepositWaiverState.Settling, (await GetAsync(bike, waiver)).State);
        await rail.StartAgainAsync();
        await SettledAsync(bike, waiver, hurry: true);

        Assert.Equal(ChargedFen, rail.Book.NetCollectedFen);
    }

    /// <summary>An instance takes the collection, the payment system takes the money, the instance dies before it hears of it.</summary>
    [Fact]
    public async Task Collect_InstanceDiesInBetween_IsRepeatedByAnotherAfterTheLease()
    {
        await using var rail = await RailUnderTest.StartAsync();
        await using var dying = await stores.StartGatewayAsync(store, new GatewaySetup { Time = time });
        var bike = await dying.ConnectAsync("bike", new Enrolment { Programme = Programme });
        var waiver = await CompleteAsync(dying, bike, "test-650");
        await TakeAndDieAsync(dying, rail, waiver);

        await using var other = await StartBesideAsync(dying, rail);
        var second = await CompleteAsync(dying, bike, "test-651");
        time.Advance(TimeSpan.FromMinutes(1));
        await SettledAsync(bike, second);
        Assert.Equal(CollectionState.Submitted, (await GetAsync(bike, waiver)).Collection);
        time.Advance(BegunCollections.Lease);
        await SettledAsync(bike, waiver);

        Assert.Single(rail.Book.History, entry => entry.ObligationId == waiver.DepositWaiverId);
        Assert.Equal(2 * ChargedFen, rail.Book.NetCollectedFen);
    }

    [Fact]
    public async Task Report_BeforeTheFirstAttempt_WithdrawsIt()
    {
        await using var rail = await RailUnderTest.StartAsync();
        await using var gateway = await StartAsync(rail, collectAfterSeconds: 60);
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Programme });
        var waiver = await CompleteAsync(gateway, bike, "test-650");
        var other = await CompleteAsync(gateway, bike, "test-651");

        var settled = await ReportAsync(bike, waiver);
        time.Advance(TimeSpan.FromSeconds(60));
        await SettledAsync(bike, other);

        Assert.Equal((SettlementChannel.Partner, CollectionState.Withdrawn), (settled.SettledBy, settled.Collection));
        Assert.Equal(other.DepositWaiverId, Assert.Single(rail.Book.History).ObligationId);
    }

    [Fact]
    public async Task Report_WhileAnAttemptIsUnderWay_WinsAndTheAttemptIsUndone()
    {
        await using var rail = await RailUnderTest.StartAsync();
        await using var dying = await stores.StartGatewayAsync(store, new GatewaySetup { Time = time });
        var bike = await dying.ConnectAsync("bike", new Enrolment { Programme = Programme });
        var waiver = await CompleteAsync(dying, bike, "test-650");
        await TakeAndDieAsync(dying, rail, waiver);
        Assert.Equal(ChargedFen, rail.Book.NetCollectedFen);

        var settled = await ReportAsync(bike, waiver);
        Assert.Equal((SettlementChannel.Partner, CollectionState.Reversing), (settled.SettledBy, settled.Collection));
        await using var other = await StartBesideAsync(dying, rail);
        await WhenAsync(bike, waiver, now => now.Collection == CollectionState.Reversed, "undone");

        Assert.Equal((2, 0), (rail.Book.History.Count, rail.Book.NetCollectedFen));
    }

    [Fact]
    public async Task Report_AgainstCollect_TwoHundredTimes_ExactlyOneWins()
    {
        const int Rounds = 8;
        const int RacesPerRound = 25;
        const int Races = Rounds * RacesPerRound;
        var random = new Random(650);
        await using var rail = await RailUnderTest.StartAsync();
        await using var gateway = await StartAsync(rail, collectAfterSeconds: 60);
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Programme });
        var waivers = new List<DepositWaiver>();
        var reported = 0;
        for (var round = 0; round < Rounds; round++)
        {
            // Access tokens live ten minutes.
            bike = await gateway.ConnectOnboardedAsync("bike");
            var racing = new List<DepositWaiver>();
            for (var race = 0; race < RacesPerRound; race++)
            {
                racing.Add(await CompleteAsync(gateway, bike, $"test-650-{round}-{race}{ModifierOf(race)}"));
            }

            // The worker takes them in the order of completion; the reports come in another, once it has begun.
            var begun = rail.Book.History.Count;
            time.Advance(TimeSpan.FromSeconds(60));
            await Eventually.HoldsAsync(() => Task.FromResult(rail.Book.History.Count > begun), "the worker begins");
            var order = racing.ToArray();
            random.Shuffle(order);
            reported += (await Task.WhenAll(order.Chunk(RacesPerRound / 4).Select(chunk => ReportAllAsync(bike, chunk)))).Sum();
            waivers.AddRange(racing);
        }

        bike = await gateway.ConnectOnboardedAsync("bike");
        var ended = new List<DepositWaiver>();
        foreach (var waiver in waivers)
        {
            ended.Add(await WhenAsync(bike, waiver, IsEnded, "ended", hurry: true));
        }

        var collected = ended.Count(waiver => waiver.SettledBy == SettlementChannel.Collection);
        Assert.All(ended, waiver => Assert.Equal(DepositWaiverState.Settled, waiver.State));
        Assert.All(ended, AssertWinner);
        Assert.Equal(Races, collected + reported);
        Assert.Equal(collected * ChargedFen, rail.Book.NetCollectedFen);
        Assert.True(collected > 0 && reported > 0, $"No race: {collected} collected, {reported} reported.");
        Assert.Contains(ended, waiver => waiver.Collection == CollectionState.Reversed);
        Assert.True(
            rail.Book.History.Where(entry => entry.Status == CollectionStatus.Collected)
                .CountBy(entry => entry.ObligationId)
                .All(count => count.Value == 1)
        );
    }

    /// <summary>An instance takes the collection and the payment system takes the money; the instance never hears of it.</summary>
    private async Task TakeAndDieAsync(GatewayUnderTest gateway, RailUnderTest rail, DepositWaiver waiver)
    {
        time.Advance(TimeSpan.FromMinutes(2));
        await BegunCollections.TakeAsync(gateway, waiver, time);
        await rail.Book.CollectAsync(
            new CollectRequest
            {
                CollectionId = CollectionRules.CollectionId(waiver.DepositWaiverId, 1),
                ObligationId = waiver.DepositWaiverId,
                Person = "test-650",
                Amount = new Money { CurrencyCode = "CNY", MinorUnits = ChargedFen },
            },
            TestContext.Current.CancellationToken
        );
    }

    private static string ModifierOf(int race) =>
        (race % 5) switch
        {
            1 => "-slowpay",
            2 => "-lostanswer",
            _ => "",
        };

    private static bool IsEnded(DepositWaiver waiver) =>
        waiver.Collection is CollectionState.Collected or CollectionState.Withdrawn or CollectionState.Reversed;

    private static void AssertWinner(DepositWaiver waiver) =>
        Assert.Equal(waiver.SettledBy == SettlementChannel.Collection, waiver.Collection == CollectionState.Collected);

    // How many of the reports were accepted; each other one must have been told that the collection was first.
    private static async Task<int> ReportAllAsync(ConnectedPartner bike, IEnumerable<DepositWaiver> waivers)
    {
        var accepted = 0;
        foreach (var waiver in waivers)
        {
            try
            {
                await ReportAsync(bike, waiver);
                accepted++;
            }
            catch (Grpc.Core.RpcException exception)
            {
                var refused = RefusedCall.Of(exception);
                Assert.Equal(("ALREADY_SETTLED", "COLLECTION"), (refused.Reason, refused.Info.Metadata["settled_by"]));
            }
        }

        return accepted;
    }

    private async Task<GatewayUnderTest> StartAsync(RailUnderTest rail, int collectAfterSeconds = 0) =>
        await stores.StartGatewayAsync(store, new GatewaySetup { Time = time, Settings = rail.Settings(collectAfterSeconds) });

    private async Task<GatewayUnderTest> StartBesideAsync(GatewayUnderTest first, RailUnderTest rail) =>
        await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                Beside = first,
                PostgreSql = store == Store.PostgreSql ? first.Service<Database>().ConnectionString : null,
                Time = time,
                Settings = rail.Settings(),
            }
        );

    private static async Task<DepositWaiver> CompleteAsync(GatewayUnderTest gateway, ConnectedPartner bike, string person)
    {
        await gateway.FeedAsync(person, 650);
        var granted = (await bike.GrantAsync(person, Programme, $"ride-{person}")).DepositWaiver;
        var completed = await bike.Waivers.CompleteDepositWaiverAsync(
            new CompleteDepositWaiverRequest
            {
                RequestId = $"complete-{person}",
                DepositWaiverId = granted.DepositWaiverId,
                Charge = new Charge
                {
                    TotalAmount = new Money { CurrencyCode = "CNY", MinorUnits = ChargedFen },
                    Lines =
                    {
                        new ChargeLine
                        {
                            Kind = ChargeLineKind.Rent,
                            Amount = new Money { CurrencyCode = "CNY", MinorUnits = ChargedFen },
                            Description = "ride",
                        },
                    },
                },
            }
        );
        return completed.DepositWaiver;
    }

    private static async Task<DepositWaiver> ReportAsync(ConnectedPartner bike, DepositWaiver waiver) =>
        (
            await bike.Waivers.ReportDepositWaiverPaymentAsync(
                new ReportDepositWaiverPaymentRequest
                {
                    RequestId = $"report-{waiver.DepositWaiverId}",
                    DepositWaiverId = waiver.DepositWaiverId,
                    Amount = new Money { CurrencyCode = "CNY", MinorUnits = ChargedFen },
                }
            )
        ).DepositWaiver;

    private static async Task<DepositWaiver> GetAsync(ConnectedPartner bike, DepositWaiver waiver) =>
        (await bike.Waivers.GetDepositWaiverAsync(new GetDepositWaiverRequest { DepositWaiverId = waiver.DepositWaiverId })).DepositWaiver;

    private Task<DepositWaiver> SettledAsync(ConnectedPartner bike, DepositWaiver waiver, bool hurry = false) =>
        WhenAsync(bike, waiver, now => now.State == DepositWaiverState.Settled, "settled", hurry);

    /// <summary>The waiver once it is as wanted. In a hurry, the clock is moved with every look, so that delays between tries pass.</summary>
    private async Task<DepositWaiver> WhenAsync(
        ConnectedPartner bike,
        DepositWaiver waiver,
        Func<DepositWaiver, bool> isSo,
        string what,
        bool hurry = false
    )
    {
        await Eventually.HoldsAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(hurry ? 1 : 0));
                waiver = await GetAsync(bike, waiver);
                return isSo(waiver);
            },
            what
        );
        return waiver;
    }
}

public sealed class SqliteCollectionTests(Stores stores) : CollectionTests(stores, Store.Sqlite);

public sealed class PostgreSqlCollectionTests(Stores stores) : CollectionTests(stores, Store.PostgreSql);
