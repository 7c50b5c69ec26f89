using SesameGrpc.Cli.Calls;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Partner.V1;
using Xunit;

namespace SesameGrpc.Cli.Tests.Calls;

public sealed class ChargeArgumentTests
{
    [Fact]
    public void Parse_LinesAndDiscounts_SumsThemUp()
    {
        var charge = ChargeArgument.Parse(["rent:500", "OVERDUE_FEE:200:two days: late"], ["100:first ride", "50"])!;

        Assert.Equal(
            [(ChargeLineKind.Rent, 500, ""), (ChargeLineKind.OverdueFee, 200, "two days: late")],
            charge.Lines.Select(line => (line.Kind, line.Amount.MinorUnits, line.Description))
        );
        Assert.Equal([(100, "first ride"), (50, "")], charge.Discounts.Select(item => (item.Amount.MinorUnits, item.Description)));
        Assert.Equal(new Money { CurrencyCode = "CNY", MinorUnits = 550 }, charge.TotalAmount);
    }

    [Fact]
    public void Parse_Nothing_IsNoCharge() => Assert.Null(ChargeArgument.Parse([], []));

    [Theory]
    [InlineData("rent", "")]
    [InlineData("rent:", "")]
    [InlineData("rent:0", "")]
    [InlineData("rent:-5", "")]
    [InlineData("rent:1000000000000001", "")]
    [InlineData("unspecified:5", "")]
    [InlineData("lamp:5", "")]
    [InlineData("rent:5", "much")]
    [InlineData("rent:5", "0")]
    [InlineData("", "5")]
    public void Parse_AnotherForm_IsWrongUsage(string line, string discount) =>
        Assert.Throws<UsageException>(() => ChargeArgument.Parse(line.Length == 0 ? [] : [line], discount.Length == 0 ? [] : [discount]));
}
