using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;
using Xunit;

namespace SesameGrpc.Client.Tests.Wire;

public sealed class RetryTests
{
    [Fact]
    public async Task Calls_GatewayThatFailsAll_ArriveAtMostOnceAndATenth()
    {
        const int Calls = 300;
        await using var gateway = await FailingGateway.StartAsync();
        using var client = new SesameClient(gateway.ClientOptions());
        var failures = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => FailureAsync(client)));

        Assert.All(failures, failure => Assert.True(failure.IsUnreachable));
        Assert.InRange(gateway.Calls.Count, Calls + 1, Calls * 1.1);
    }

    [Fact]
    public async Task Call_GatewayThatFailsAll_IsTriedAsOftenAsTheOptionSays()
    {
        await using var gateway = await FailingGateway.StartAsync();
        var options = gateway.ClientOptions();
        options.MaxRetries = 2;
        using var client = new SesameClient(options);
        await FailureAsync(client);

        Assert.Equal(3, gateway.Calls.Count);
    }

    [Fact]
    public async Task Call_TriedAgain_IsOneActivityWhoseContextTravels()
    {
        await using var gateway = await FailingGateway.StartAsync();
        using var client = new SesameClient(gateway.ClientOptions());
        using var parent = new Activity("of the test").Start();
        var ended = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SesameTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == parent.TraceId)
                {
                    ended.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await FailureAsync(client);

        var activity = Assert.Single(ended);
        Assert.Equal("sesame.partner.v1.CreditScoreService/GetCreditScore", activity.DisplayName);
        Assert.Equal((ActivityStatusCode.Error, 3), (activity.Status, activity.GetTagItem("sesame.retries")));
        Assert.Equal(4, gateway.Calls.Count);
        Assert.All(gateway.Calls, call => Assert.Contains(parent.TraceId.ToString(), call["traceparent"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_TriedAgain_IsMeasuredOnceAndItsRetriesCounted()
    {
        await using var gateway = await FailingGateway.StartAsync();
        using var client = new SesameClient(gateway.ClientOptions());
        var (durations, retries) = (0, 0L);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == SesameTelemetry.Name)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => durations += IsOfThisTest(instrument, tags) ? 1 : 0);
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => retries += IsOfThisTest(instrument, tags) ? value : 0);
        listener.Start();
        await Assert.ThrowsAsync<SesameException>(async () => await client.Consents.GetConsentAsync(new GetConsentRequest()));

        Assert.Equal((1, 3L), (durations, retries));

        static bool IsOfThisTest(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            instrument.Name is "rpc.client.call.duration" or "sesame.client.retries"
            && tags.ToArray().Contains(new("rpc.method", "sesame.partner.v1.ConsentService/GetConsent"));
    }

    [Fact]
    public async Task Call_DeadlineThatAPauseWouldPass_FailsAtOnce()
    {
        await using var gateway = await FailingGateway.StartAsync();
        using var client = new SesameClient(gateway.ClientOptions());
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await client.CreditScores.GetCreditScoreAsync(new GetCreditScoreRequest(), cancellationToken: cancelled.Token)
        );
        var late = await Assert.ThrowsAsync<SesameException>(async () =>
            await client.CreditScores.GetCreditScoreAsync(new GetCreditScoreRequest(), timeout: TimeSpan.FromTicks(1))
        );

        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        Assert.Empty(gateway.Calls);
    }

    private static Task<SesameException> FailureAsync(SesameClient client) =>
        Assert.ThrowsAsync<SesameException>(async () => await client.CreditScores.GetCreditScoreAsync(new GetCreditScoreRequest()));
}
