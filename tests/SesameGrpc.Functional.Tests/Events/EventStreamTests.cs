using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Events;

/// <summary>Streams of events while things happen: to the partner, to the gateway, to its neighbours, in the store.</summary>
public sealed class EventStreamTests(Stores stores)
{
    private static readonly Enrolment Bike = new() { Programme = "bike.deposit_free" };

    [Fact]
    public async Task Stream_ShowsWhatHappenedThenWhatHappens()
    {
        await using var gateway = await StartAsync(Store.Sqlite);
        var bike = await gateway.ConnectAsync("bike", Bike);
        var waiver = (await bike.GrantAsync("p", "bike.deposit_free", "1")).DepositWaiver;

        using var call = bike.Events.StreamEvents(new StreamEventsRequest());
        var granted = await NextAsync(call);
        var position = await NextAsync(call, withoutEvents: true);
        await bike.CancelAsync(waiver, "c");
        var cancelled = await NextAsync(call);
        var resumed = await bike.Events.ListEventsAsync(new ListEventsRequest { PageToken = granted.ResumeToken });

        Assert.Null(position.Event);
        Assert.Equal(EventType.DepositWaiverGranted, granted.Event.Type);
        Assert.Equal(EventType.DepositWaiverCancelled, cancelled.Event.Type);
        Assert.Equal(cancelled.Event, Assert.Single(resumed.Events));
    }

    [Fact]
    public async Task Stream_OnlyNew_LeavesOutWhatHappenedBefore()
    {
        await using var gateway = await StartAsync(Store.Sqlite);
        var bike = await gateway.ConnectAsync("bike", Bike);
        var waiver = (await bike.GrantAsync("p", "bike.deposit_free", "1")).DepositWaiver;

        using var call = bike.Events.StreamEvents(new StreamEventsRequest { OnlyNew = true });
        var position = await NextAsync(call, withoutEvents: true);
        await bike.CancelAsync(waiver, "c");
        var refused = await RefusedCall.OfAsync(async () =>
        {
            using var both = bike.Events.StreamEvents(new StreamEventsRequest { OnlyNew = true, ResumeToken = position.ResumeToken });
            await both.ResponseStream.MoveNext(CancellationToken.None);
        });

        Assert.Equal(EventType.DepositWaiverCancelled, (await NextAsync(call)).Event.Type);
        Assert.Equal("FIELD_INVALID", refused.Reason);
    }

    [Fact]
    public async Task Stream_ChangeOnAnotherInstance_Arrives()
    {
        await using var gateway = await StartAsync(Store.PostgreSql, out var database);
        var bike = await gateway.ConnectAsync("bike", Bike);
        await using var second = await GatewayUnderTest.StartAsync(new GatewaySetup { PostgreSql = await database, Beside = gateway });
        var there = await second.ConnectOnboardedAsync("bike");
        using var call = bike.Events.StreamEvents(new StreamEventsRequest());
        await NextAsync(call, withoutEvents: true);

        await there.GrantAsync("p", "bike.deposit_free", "1");

        Assert.Equal("1", (await NextAsync(call)).Event.DepositWaiver.OrderId);
    }

    [Fact]
    public async Task Stream_SuspendedPartner_EndsWithTheReason()
    {
        await using var gateway = await StartAsync(Store.Sqlite);
        var bike = await gateway.ConnectAsync("bike", Bike);
        using var call = bike.Events.StreamEvents(new StreamEventsRequest());
        await NextAsync(call, withoutEvents: true);

        await gateway.Partners.SuspendPartnerAsync(new SuspendPartnerRequest { RequestId = "s", Partner = "bike" });

        var refused = await RefusedCall.OfAsync(() => ReadToEndAsync(call));
        Assert.Equal((StatusCode.PermissionDenied, "PARTNER_SUSPENDED"), (refused.Code, refused.Reason));
    }

    [Fact]
    public async Task Stream_TokenThatExpires_EndsWithTheReason()
    {
        var time = new MovableTime();
        await using var gateway = await StartAsync(Store.Sqlite, time);
        var bike = await gateway.ConnectAsync("bike", Bike);
        using var call = bike.Events.StreamEvents(new StreamEventsRequest());
        await NextAsync(call, withoutEvents: true);

        time.Advance(TimeSpan.FromMinutes(11));

        var refused = await RefusedCall.OfAsync(() => ReadToEndAsync(call));
        Assert.Equal((StatusCode.Unauthenticated, "TOKEN_EXPIRED"), (refused.Code, refused.Reason));
    }

    [Fact]
    public async Task Stream_GatewayThatStops_EndsWithOk()
    {
        await using var gateway = await StartAsync(Store.Sqlite);
        var bike = await gateway.ConnectAsync("bike", Bike);
        using var call = bike.Events.StreamEvents(new StreamEventsRequest());
        await NextAsync(call, withoutEvents: true);

        gateway.Service<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().StopApplication();

        await ReadToEndAsync(call);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Stream_EventOfALongTransaction_IsNotOvertakenByALaterOne()
    {
        await using var gateway = await StartAsync(Store.PostgreSql);
        var bike = await gateway.ConnectAsync("bike", Bike);
        await bike.GrantAsync("p", "bike.deposit_free", "1");
        await gateway.FeedAsync("q", 700);
        var database = gateway.Service<Database>();
        using var call = bike.Events.StreamEvents(new StreamEventsRequest { OnlyNew = true });
        await NextAsync(call, withoutEvents: true);

        // A transaction has taken its number and does not commit; a grant of somebody else comes after it.
        await using var connection = await database.OpenAsync(CancellationToken.None);
        await using var late = await connection.BeginTransactionAsync();
        await late.Command("UPDATE audit_log SET size = size + 1").ExecuteAsync(CancellationToken.None);
        await late.Command(
                """
                INSERT INTO audit_groups SELECT a.size - 1, 1, g.oldest_us, g.newest_us, g.entries
                FROM audit_log a, audit_groups g WHERE g.first_index = 0
                """
            )
            .ExecuteAsync(CancellationToken.None);
        await late.Command(
                """
                INSERT INTO events SELECT a.size - 1, e.partner_id, e.person_id, 'late', e.document, e.created_us FROM audit_log a, events e
                """
            )
            .ExecuteAsync(CancellationToken.None);
        var grant = bike.GrantAsync("q", "bike.deposit_free", "2");
        await Eventually.HoldsAsync(
            async () =>
            {
                await using var other = await database.OpenAsync(CancellationToken.None);
                return await other
                        .Command("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
                        .ScalarInt64Async(CancellationToken.None) > 0;
            },
            "the grant waits for the long transaction"
        );
        await late.CommitAsync();
        await grant;

        Assert.Equal(
            ["1", "2"],
            [(await NextAsync(call)).Event.DepositWaiver.OrderId, (await NextAsync(call)).Event.DepositWaiver.OrderId]
        );
    }

    private Task<GatewayUnderTest> StartAsync(Store store, TimeProvider? time = null) => StartAsync(store, out _, time);

    private Task<GatewayUnderTest> StartAsync(Store store, out Task<string?> database, TimeProvider? time = null)
    {
        var connectionString = database = stores.ConnectionStringAsync(store);
        return StartOnAsync();

        async Task<GatewayUnderTest> StartOnAsync()
        {
            var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { PostgreSql = await connectionString, Time = time });
            await gateway.FeedAsync("p", 700);
            return gateway;
        }
    }

    private static async Task ReadToEndAsync(AsyncServerStreamingCall<StreamEventsResponse> call)
    {
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) { }
    }

    private static async Task<StreamEventsResponse> NextAsync(
        AsyncServerStreamingCall<StreamEventsResponse> call,
        bool withoutEvents = false
    )
    {
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            if (call.ResponseStream.Current.Event is null == withoutEvents)
            {
                return call.ResponseStream.Current;
            }
        }

        throw new InvalidOperationException("The stream has ended.");
    }
}
