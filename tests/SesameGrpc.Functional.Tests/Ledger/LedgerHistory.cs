using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Visits;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Ledger;

/// <summary>A gateway whose ledger has seen every kind of change, with every way in which a collection can end; the person of each says which.</summary>
public abstract class LedgerHistory(Stores stores, Store store) : IAsyncLifetime
{
    private const int CollectAfterSeconds = 60;
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private readonly MovableTime time = new();
    private readonly Dictionary<string, DepositWaiver> waivers = [];
    private RailUnderTest? rail;
    private ConnectedPartner? bike;
    private ConnectedPartner? hospital;

    public GatewayUnderTest Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        rail = await RailUnderTest.StartAsync();
        Gateway = await stores.StartGatewayAsync(
            store,
            new GatewaySetup { Time = time, Settings = rail.Settings(collectAfterSeconds: CollectAfterSeconds) }
        );
        bike = await Gateway.ConnectAsync(
            "bike",
            new Enrolment { Programme = WaiverSteps.Bike },
            new Enrolment { Programme = "umbrella.deposit_free" }
        );
        await EndBeforeACollectionAsync();
        await EndByACollectionAsync();
        await BecomeOverdueAsync();
        await LeaveOpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await rail!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task EndBeforeACollectionAsync()
    {
        await bike!.ReleaseAsync(await GrantAsync("released"));
        await bike!.CancelAsync(await GrantAsync("cancelled"));
        await bike!.PayAsync(await ChargeAsync("paid"), 500);
        await bike!.PayAsync(await ChargeAsync("paid-whole", whole: true), waivers["paid-whole"].WaivedAmount.MinorUnits);
        await bike!.CorrectAsync(await ChargeAsync("corrected-away"), 0);
        await bike!.CorrectAsync(await ChargeAsync("corrected"), 400);
        await bike!.PayAsync(waivers["corrected"], 400);
        await GrantAsync("never-returned");
        await GrantAsync("late");
        await GrantAsync("late-charged");
    }

    private async Task EndByACollectionAsync()
    {
        foreach (var name in new[] { "collected", "x-declined", "y-declined", "z-declined", "w-declined", "under-way" })
        {
            await ChargeAsync(name);
        }

        await bike!.CorrectAsync(await ChargeAsync("lowered"), 300);
        time.Advance(TimeSpan.FromSeconds(CollectAfterSeconds));
        foreach (var name in new[] { "collected", "lowered" })
        {
            await bike!.WhenAsync(waivers[name], now => now.Collection == CollectionState.Collected, $"{name} is collected");
        }

        foreach (var name in new[] { "x", "y", "z", "w" })
        {
            await bike!.WhenAsync(waivers[$"{name}-declined"], now => now.Collection == CollectionState.Declined, $"{name} is declined");
        }

        await bike!.CorrectAsync(waivers["x-declined"], 100);
        await bike!.PayAsync(waivers["x-declined"], 100);
        await bike!.CorrectAsync(waivers["y-declined"], 0);
        await bike!.CorrectAsync(waivers["w-declined"], 200);

        var pending = await ChargeAsync("pending-slowpay");
        time.Advance(TimeSpan.FromSeconds(CollectAfterSeconds));
        await bike!.WhenAsync(pending, now => now.Collection == CollectionState.Submitted, "the attempt is under way");
        await bike!.PayAsync(pending, 500);
        await bike!.WhenAsync(pending, now => now.Collection == CollectionState.Reversed, "the attempt is undone");
    }

    private async Task BecomeOverdueAsync()
    {
        await GrantAsync("unpaid-late");
        time.Advance(TimeSpan.FromDays(1) + Moment);
        bike = await Gateway.ConnectOnboardedAsync("bike");
        foreach (var name in new[] { "never-returned", "late", "late-charged", "unpaid-late" })
        {
            await bike.WhenOverdueAsync(waivers[name]);
        }

        await WriteOffAsync("never-returned");
        await bike.ReleaseAsync(waivers["late"]);
        await bike.CompleteAsync(waivers["late-charged"], 500);
        await bike.PayAsync(waivers["late-charged"], 500);
        await bike.CompleteAsync(waivers["unpaid-late"], 500);
        var visit = await ChargeVisitAsync("visit-cleared");
        await hospital!.CloseAsync(visit, VisitSteps.Settlement(VisitSteps.Line("a", 200, 100, 50, 50, 600)));
        await rail!.StopAsync();

        time.Advance(TimeSpan.FromDays(7) + Moment);
        bike = await Gateway.ConnectOnboardedAsync("bike");
        foreach (var name in new[] { "z-declined", "w-declined", "unpaid-late" })
        {
            await bike.WhenOverdueAsync(waivers[name]);
        }

        hospital = await Gateway.ReconnectHospitalAsync();
        await hospital.WhenAsync(visit, now => now.State == VisitState.Overdue, "the visit is overdue");
        await hospital.PayAsync(visit, 600);
        await hospital.RefundAsync(visit, "a", 100);
        await WriteOffAsync("z-declined");
        await rail!.StartAgainAsync();
    }

    private async Task LeaveOpenAsync()
    {
        var extended = await GrantAsync("extended", "umbrella.deposit_free");
        time.Advance(Moment);
        await bike!.Waivers.ExtendDepositWaiverAsync(
            new ExtendDepositWaiverRequest
            {
                RequestId = "extend",
                DepositWaiverId = extended.DepositWaiverId,
                DueTime = new() { Seconds = extended.DueTime.Seconds + 1 },
            }
        );
        await GrantAsync("extended", WaiverSteps.Bike);
        await ChargeAsync("settling");

        var visit = await ChargeVisitAsync("visit-closed");
        await hospital!.ChargeAsync(visit, "b", 2_000);
        await hospital!.VoidAsync(visit, "b");
        await hospital!.CloseAsync(visit);
    }

    private async Task<Visit> ChargeVisitAsync(string name)
    {
        hospital = hospital is null ? await Gateway.ConnectHospitalAsync() : await Gateway.ReconnectHospitalAsync();
        await Gateway.FeedAsync($"test-650-{name}", 650);
        var visit = await hospital.OpenAsync($"test-650-{name}", name);
        return await hospital.ChargeAsync(visit, "a", 1_000);
    }

    private async Task WriteOffAsync(string name) =>
        await Gateway.Ledger.WriteOffObligationAsync(
            new WriteOffObligationRequest
            {
                RequestId = $"write-off-{name}",
                ObligationId = waivers[name].DepositWaiverId,
                Reason = "cannot be found",
            }
        );

    private async Task<DepositWaiver> GrantAsync(string name, string programme = WaiverSteps.Bike)
    {
        var person = $"test-650-{name}";
        if (!waivers.ContainsKey(name))
        {
            await Gateway.FeedAsync(person, 650);
        }

        return waivers[name] = (await bike!.GrantAsync(person, programme, $"{name}-{programme}")).DepositWaiver;
    }

    private async Task<DepositWaiver> ChargeAsync(string name, bool whole = false)
    {
        var waiver = await GrantAsync(name);
        return await bike!.CompleteAsync(waiver, whole ? waiver.WaivedAmount.MinorUnits : 500);
    }
}

public sealed class SqliteLedgerHistory(Stores stores) : LedgerHistory(stores, Store.Sqlite);

public sealed class PostgreSqlLedgerHistory(Stores stores) : LedgerHistory(stores, Store.PostgreSql);
