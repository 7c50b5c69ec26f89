using SesameGrpc.Cli.Output;
using SesameGrpc.Cli.Visits;
using Xunit;

namespace SesameGrpc.Cli.Tests.Visits;

public sealed class SettlementArgumentTests
{
    [Fact]
    public void Parse_Lines_SumsThemUpByPart()
    {
        var settlement = SettlementArgument.Parse(["a:fund=100,self=20", "b:c:account=5,other=6,reduction=7,self=0"])!;

        Assert.Equal(["a", "b:c"], settlement.Lines.Select(line => line.ChargeId));
        Assert.Equal(138, settlement.TotalAmount.MinorUnits);
        Assert.Equal((100, 5), (settlement.PooledFundAmount.MinorUnits, settlement.PersonalAccountAmount.MinorUnits));
        Assert.Equal((6, 7), (settlement.OtherInsuranceAmount.MinorUnits, settlement.ReductionAmount.MinorUnits));
        Assert.Equal(20, settlement.SelfPayAmount.MinorUnits);
    }

    [Fact]
    public void Parse_Nothing_IsNoSettlement() => Assert.Null(SettlementArgument.Parse([]));

    [Theory]
    [InlineData("a")]
    [InlineData(":self=1")]
    [InlineData("a:")]
    [InlineData("a:self")]
    [InlineData("a:self=")]
    [InlineData("a:self=-1")]
    [InlineData("a:self=1.5")]
    [InlineData("a:self=1000000000000001")]
    [InlineData("a:me=1")]
    [InlineData("a:self=1,")]
    public void Parse_AnotherForm_IsWrongUsage(string line) => Assert.Throws<UsageException>(() => SettlementArgument.Parse([line]));
}
