using CsCheck;
using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Gateway.Storage;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Storage;

public sealed class InstantsTests
{
    private static readonly long Last = DateTimeOffset.MaxValue.ToMicros();
    private static readonly long First = DateTimeOffset.MinValue.ToMicros();

    [Fact]
    public void Micros_AnyInstant_ReadBack() =>
        Gen.Long[First, Last]
            .Sample(micros =>
            {
                Assert.Equal(micros, Instants.FromMicros(micros).ToMicros());
                Assert.Equal(micros, Instants.ToTimestamp(micros).ToDateTimeOffset().ToMicros());
            });

    [Fact]
    public void ToMicros_Epoch_IsZero() => Assert.Equal(0, DateTimeOffset.UnixEpoch.ToMicros());

    [Fact]
    public void ToMicros_OtherOffset_IsTheSameInstant() =>
        Assert.Equal(Samples.Now.ToMicros(), Samples.Now.ToOffset(TimeSpan.FromHours(8)).ToMicros());

    [Fact]
    public void NowMicros_Clock_IsItsTime() => Assert.Equal(Samples.NowMicros, new FakeTimeProvider(Samples.Now).NowMicros());
}
