using SesameGrpc.Soak.Consents;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Consents;

/// <summary>tests/soak/canary.sh as a test: what is personal stays where it belongs, and goes when the person is erased.</summary>
public sealed class CanaryTests
{
    [Fact]
    public async Task Run_WithPlantedPersons_LeaksNoneOfThem()
    {
        Stores.Require(RedisServer.Program is not null, "redis-server");
        var canaries = await CanaryRun.RunAsync(TextWriter.Null);

        Assert.Empty(canaries.Found);
        Assert.InRange(canaries.Planted, 20, int.MaxValue);
    }

    [Fact]
    public void Look_AtWhatHoldsACanary_FindsIt()
    {
        var canaries = new Canaries();
        var text = canaries.Plant("name");

        canaries.Look("here", $"before {text} behind", "name");
        canaries.Look("there", $"before {text} behind", "token");

        Assert.Equal($"here: name {text}", Assert.Single(canaries.Found));
    }
}
