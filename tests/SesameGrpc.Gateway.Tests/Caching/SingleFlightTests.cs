using SesameGrpc.Gateway.Caching;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Caching;

public sealed class SingleFlightTests
{
    private readonly SingleFlight<string, int> flights = new();
    private readonly TaskCompletionSource<int> source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int reads;

    [Fact]
    public async Task Join_ManyAtOnce_ShareOneRead()
    {
        var joined = Enumerable.Range(0, 1000).Select(_ => Join("a", out var _)).ToList();
        Assert.Equal(1, reads);
        source.SetResult(7);

        Assert.All(await Task.WhenAll(joined), value => Assert.Equal(7, value));
        Assert.Empty(flights.Keys);
    }

    [Fact]
    public async Task Join_SaysWhetherTheReadHadBegun()
    {
        var first = Join("a", out var firstHadBegun);
        var second = Join("a", out var secondHadBegun);
        var other = Join("b", out var otherHadBegun);
        Assert.Equal((false, true, false), (firstHadBegun, secondHadBegun, otherHadBegun));
        source.SetResult(7);
        await Task.WhenAll(first, second, other);

        await Join("a", out var laterHadBegun);
        Assert.False(laterHadBegun);
        Assert.Equal(3, reads);
    }

    [Fact]
    public async Task Join_WhenTheReadFails_AllFailAndTheNextReadsAnew()
    {
        var joined = Enumerable.Range(0, 3).Select(_ => Join("a", out var _)).ToList();
        source.SetException(new TimeoutException());

        foreach (var task in joined)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => task);
        }

        await Assert.ThrowsAsync<TimeoutException>(() => Join("a", out var _));
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task Outdate_WhileReading_NobodyKeepsItAndTheNextReadsAnew()
    {
        var kept = new List<int>();
        var first = Join("a", out var _, kept);
        flights.Outdate("a");
        flights.Outdate("b");
        var second = Join("a", out var hadBegun, kept);
        Assert.False(hadBegun);
        source.SetResult(7);

        await Task.WhenAll(first, second);
        Assert.Equal((7, 7), (await first, await second));
        Assert.Equal([7], kept);
    }

    private Task<int> Join(string key, out bool hadBegun, List<int>? kept = null) =>
        flights.JoinAsync(
            key,
            kept ?? [],
            async (flight, own) =>
            {
                Interlocked.Increment(ref reads);
                var value = await source.Task;
                flight.Land(own, list => list.Add(value));
                return value;
            },
            out hadBegun
        );
}
