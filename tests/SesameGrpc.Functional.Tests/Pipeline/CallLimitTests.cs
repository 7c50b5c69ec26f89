using Grpc.Core;
using Npgsql;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Pipeline;

/// <summary>Deadlines, too many calls, a store that fails: what a caller is told.</summary>
public sealed class CallLimitTests(Stores stores)
{
    private static readonly Enrolment Bike = new() { Programme = "bike.deposit_free" };

    [Fact]
    public async Task Deadline_Absent_TheDefaultEndsTheCall()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            new GatewaySetup { Settings = new Dictionary<string, string?> { ["Sesame:Calls:DefaultDeadlineSeconds"] = "1" } }
        );
        var bike = await gateway.ConnectAsync("bike", Bike);
        await gateway.FeedAsync("test-650", 650);
        await using var writer = await HeldWriter.TakeAsync(gateway);

        var refused = await RefusedCall.OfAsync(async () => await bike.GrantAsync("test-650", "bike.deposit_free", "ride"));

        Assert.Equal(
            (StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED", "1"),
            (refused.Code, refused.Reason, refused.Info.Metadata["deadline_seconds"])
        );
    }

    [Fact]
    public async Task Deadline_OfTheCaller_EndsTheWorkAndHoldsNothing()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike", Bike);
        await gateway.FeedAsync("test-650", 650);
        await using (await HeldWriter.TakeAsync(gateway))
        {
            var request = new GrantDepositWaiverRequest
            {
                RequestId = "1",
                OrderId = "1",
                Subject = "test-650",
                Programme = "bike.deposit_free",
            };
            var late = await Assert.ThrowsAsync<RpcException>(async () =>
                await bike.Waivers.GrantDepositWaiverAsync(
                    request,
                    deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(200)
                )
            );
            Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        }

        Assert.Empty((await bike.Waivers.ListDepositWaiversAsync(new ListDepositWaiversRequest())).DepositWaivers);
    }

    [Fact]
    public async Task Call_CancelledByTheCaller_IsLoggedAsCancelled()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike", Bike);
        await gateway.FeedAsync("test-650", 650);
        await using var writer = await HeldWriter.TakeAsync(gateway);
        using var cancel = new CancellationTokenSource();
        var request = new GrantDepositWaiverRequest
        {
            RequestId = "1",
            OrderId = "1",
            Subject = "test-650",
            Programme = "bike.deposit_free",
        };
        var call = bike.Waivers.GrantDepositWaiverAsync(request, cancellationToken: cancel.Token);
        await Eventually.HoldsAsync(() => Task.FromResult(writer.IsAwaited), "the call waits for the writer");

        await cancel.CancelAsync();

        await Assert.ThrowsAsync<RpcException>(async () => await call);
        await Eventually.HoldsAsync(
            () =>
                Task.FromResult(
                    gateway.Log.Lines.Any(line =>
                        line.Contains("Cancelled (CANCELLED) for sesame.partner.v1.DepositWaiverService", StringComparison.Ordinal)
                    )
                ),
            $"the log says {StatusDetails.NameOf(ErrorReason.Cancelled)}"
        );
    }

    [Fact]
    public async Task Calls_MoreThanThePartnersLimit_AreRefusedAtOnce_AndAnotherPartnersAreNot()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            new GatewaySetup { Settings = new Dictionary<string, string?> { ["Sesame:Calls:MaxConcurrentCallsPerPartner"] = "1" } }
        );
        var bike = await gateway.ConnectAsync("bike", Bike);
        var other = await gateway.ConnectAsync("other", Bike);
        await gateway.FeedAsync("test-650", 650);
        var writer = await HeldWriter.TakeAsync(gateway);
        var waiting = bike.GrantAsync("test-650", "bike.deposit_free", "ride");
        await Eventually.HoldsAsync(() => Task.FromResult(writer.IsAwaited), "the first call waits for the writer");

        var refused = await RefusedCall.OfAsync(bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" }));
        var served = await other.Eligibility.ListProgrammesAsync(new Contracts.Partner.V1.ListProgrammesRequest());
        await writer.DisposeAsync();

        Assert.Equal((StatusCode.ResourceExhausted, "TOO_MANY_CALLS"), (refused.Code, refused.Reason));
        Assert.NotNull(served);
        Assert.Equal(DepositWaiverState.Active, (await waiting).DepositWaiver.State);
        Assert.Equal(650, (await bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" })).Score.Score);
    }

    [Fact]
    public async Task Store_Gone_IsUnavailableWithRetryInfo()
    {
        Stores.Require(PostgresServer.IsInstalled, "postgresql-15");
        var server = await PostgresServer.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { PostgreSql = await server.NewDatabaseAsync() });
        var bike = await gateway.ConnectAsync("bike", Bike);
        await server.DisposeAsync();

        var read = await RefusedCall.OfAsync(bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" }));
        var write = await RefusedCall.OfAsync(async () => await bike.GrantAsync("test-650", "bike.deposit_free", "ride"));
        using var http = new HttpClient();

        Assert.Equal((StatusCode.Unavailable, "STORE_UNAVAILABLE"), (read.Code, read.Reason));
        Assert.Equal((StatusCode.Unavailable, "STORE_UNAVAILABLE"), (write.Code, write.Reason));
        Assert.Contains(write.Status.Details, detail => detail.Is(Google.Rpc.RetryInfo.Descriptor));
        gateway.Log.ExpectError("Health check store with status Unhealthy");
        Assert.Equal(
            System.Net.HttpStatusCode.ServiceUnavailable,
            (await http.GetAsync(new Uri(gateway.InternalUrl, "/health/ready"))).StatusCode
        );
        Assert.Equal(System.Net.HttpStatusCode.OK, (await http.GetAsync(new Uri(gateway.InternalUrl, "/health/live"))).StatusCode);
    }

    [Fact]
    public async Task Store_LockedByAnotherProcess_IsUnavailableLongBeforeTheProvidersOwnPatienceEnds()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike", Bike);
        await gateway.FeedAsync("test-650", 650);
        await using var other = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        await using var lockIt = await other.BeginTransactionAsync(CancellationToken.None);
        await lockIt.Command("UPDATE control_state SET id = id").ExecuteAsync(CancellationToken.None);
        var began = TimeProvider.System.GetTimestamp();

        var refused = await RefusedCall.OfAsync(async () => await bike.GrantAsync("test-650", "bike.deposit_free", "ride"));

        Assert.Equal((StatusCode.Unavailable, "STORE_UNAVAILABLE"), (refused.Code, refused.Reason));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Ids_ThatNoStoreCanHold_NameNothing(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", Bike);
        AsyncUnaryCall<GetDepositWaiverResponse>[] reads =
        [
            bike.Waivers.GetDepositWaiverAsync(new() { OrderId = "\0" }),
            bike.Waivers.GetDepositWaiverAsync(new() { DepositWaiverId = "\0" }),
        ];

        foreach (var read in reads)
        {
            Assert.Equal("RESOURCE_NOT_FOUND", (await RefusedCall.OfAsync(read)).Reason);
        }

        Assert.Equal(
            "RESOURCE_NOT_FOUND",
            (await RefusedCall.OfAsync(bike.Waivers.CancelDepositWaiverAsync(new() { RequestId = "1", DepositWaiverId = "\0" }))).Reason
        );
        Assert.Equal("RESOURCE_NOT_FOUND", (await RefusedCall.OfAsync(gateway.Partners.GetPartnerAsync(new() { Partner = "\0" }))).Reason);
        Assert.Equal(
            "RESOURCE_NOT_FOUND",
            (await RefusedCall.OfAsync(gateway.Partners.SuspendPartnerAsync(new() { RequestId = "1", Partner = "\0" }))).Reason
        );
        Assert.Equal("FIELD_INVALID", (await RefusedCall.OfAsync(gateway.Partners.ListPartnersAsync(new() { PageToken = "\0" }))).Reason);
    }

    [Fact]
    public async Task Fault_OfTheGateway_IsInternalAndLoggedOnceWithTheCallersId()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike", Bike);

        // A table that no worker reads: their errors are others.
        await gateway
            .Service<Database>()
            .WriteAsync((transaction, token) => transaction.Command("DROP TABLE consents").ExecuteAsync(token), CancellationToken.None);
        gateway.Log.ExpectError("ListConsents failed");

        var refused = await RefusedCall.OfAsync(bike.Consents.ListConsentsAsync(new ListConsentsRequest()));
        var requestId = refused
            .Status.Details.Single(detail => detail.Is(Google.Rpc.RequestInfo.Descriptor))
            .Unpack<Google.Rpc.RequestInfo>()
            .RequestId;

        Assert.Equal((StatusCode.Internal, "INTERNAL"), (refused.Code, refused.Reason));
        Assert.DoesNotContain("consents", refused.Status.Message, StringComparison.Ordinal);
        Assert.Single(
            gateway.Log.Lines,
            line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains(requestId, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Transaction_ThatLosesEveryRace_IsRefusedAsLostRace()
    {
        await using var gateway = await stores.StartGatewayAsync(Store.PostgreSql);
        var attempts = 0;

        var refused = await Assert.ThrowsAsync<RefusalException>(() =>
            gateway
                .Service<Database>()
                .WriteAsync<int>(
                    async (transaction, token) =>
                    {
                        attempts++;
                        return await transaction
                            .Command(
                                $"DO $$ BEGIN RAISE EXCEPTION 'race' USING ERRCODE = '{PostgresErrorCodes.SerializationFailure}'; END $$"
                            )
                            .ExecuteAsync(token);
                    },
                    CancellationToken.None
                )
        );

        Assert.Equal(ErrorReason.LostRace, refused.Refusal.Reason);
        Assert.Equal(5, attempts);
    }
}
