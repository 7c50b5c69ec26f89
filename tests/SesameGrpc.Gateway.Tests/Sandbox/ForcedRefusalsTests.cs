using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Sandbox;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Sandbox;

public sealed class ForcedRefusalsTests
{
    [Fact]
    public void Of_EveryReason_IsARefusalWithIt() =>
        Assert.All(
            Enum.GetValues<ErrorReason>().Where(reason => reason != ErrorReason.Unspecified),
            reason => Assert.Equal(reason, ForcedRefusals.Of(reason).Reason)
        );

    [Fact]
    public void Of_NoReason_IsAFault() => Assert.Throws<ArgumentOutOfRangeException>(() => ForcedRefusals.Of(ErrorReason.Unspecified));
}
