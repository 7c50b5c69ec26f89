using SesameGrpc.Gateway.Storage;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Storage;

public sealed class TimedIdTests
{
    [Fact]
    public void New_Many_AreDistinctVersion7IdsOfTheirTime()
    {
        var one = TimedId.New(Samples.NowMicros);

        var many = TimedId.New(Samples.NowMicros, 1000);

        Assert.Equal(1000, many.Distinct(StringComparer.Ordinal).Count());
        Assert.All(
            many,
            id =>
            {
                Assert.True(TimedId.Is(id));
                Assert.Equal(one[..13], id[..13]);
                Assert.Equal((7, 2), (Guid.ParseExact(id, "N").Version, Guid.ParseExact(id, "N").Variant >> 2));
            }
        );
    }
}
