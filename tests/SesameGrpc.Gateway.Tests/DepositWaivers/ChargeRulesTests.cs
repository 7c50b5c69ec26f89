using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.DepositWaivers;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using Xunit;

namespace SesameGrpc.Gateway.Tests.DepositWaivers;

public sealed class ChargeRulesTests
{
    [Fact]
    public void Check_LinesLessDiscounts_IsTheTotal() => ChargeRules.Check(new FieldCheck(), Sample(5_300)).Enforce();

    [Theory]
    [InlineData(5_299)]
    [InlineData(5_301)]
    public void Check_OtherTotal_IsRefusedWithTheSum(long total)
    {
        var refused = Assert.Throws<RefusalException>(() => ChargeRules.Check(new FieldCheck(), Sample(total)).Enforce());

        Assert.Contains("charge.total_amount", refused.Refusal.Message, StringComparison.Ordinal);
        Assert.Contains("5300", refused.Refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("charge.lines", 101, 1, ChargeLineKind.Rent, "")]
    [InlineData("charge.lines.amount", 1, 0, ChargeLineKind.Rent, "")]
    [InlineData("charge.lines.kind", 1, 1, ChargeLineKind.Unspecified, "")]
    [InlineData("charge.lines.description", 1, 1, ChargeLineKind.Other, "")]
    public void Check_WrongLine_NamesTheField(string field, int count, long amount, ChargeLineKind kind, string description)
    {
        var line = new ChargeLine
        {
            Kind = kind,
            Amount = Cny.Of(amount),
            Description = description,
        };
        var charge = new Charge { Lines = { Enumerable.Repeat(line, count) }, TotalAmount = Cny.Of(count * amount) };

        AssertRefused(field, charge);
    }

    [Fact]
    public void Check_MoreDiscountsThanLines_CannotHaveATotal()
    {
        var charge = new Charge { Discounts = { new Discount { Amount = Cny.Of(1) } }, TotalAmount = Cny.Of(0) };

        AssertRefused("charge.total_amount", charge);
    }

    [Fact]
    public void Check_31Discounts_AreTooMany() =>
        AssertRefused(
            "charge.discounts",
            new Charge
            {
                Lines =
                {
                    new ChargeLine { Kind = ChargeLineKind.Rent, Amount = Cny.Of(31) },
                },
                Discounts = { Enumerable.Repeat(new Discount { Amount = Cny.Of(1) }, 31) },
                TotalAmount = Cny.Of(0),
            }
        );

    [Fact]
    public void Check_NoTotal_IsRefused() => AssertRefused("charge.total_amount", new Charge());

    private static void AssertRefused(string field, Charge charge)
    {
        var refused = Assert.Throws<RefusalException>(() => ChargeRules.Check(new FieldCheck(), charge).Enforce());
        Assert.Equal(field, refused.Refusal.Metadata.Single(pair => pair.Key == "fields").Value);
    }

    private static Charge Sample(long total) =>
        new()
        {
            Lines =
            {
                new ChargeLine { Kind = ChargeLineKind.Rent, Amount = Cny.Of(1_500) },
                new ChargeLine { Kind = ChargeLineKind.Damage, Amount = Cny.Of(4_000) },
            },
            Discounts =
            {
                new Discount { Amount = Cny.Of(200), Description = "welcome" },
            },
            TotalAmount = Cny.Of(total),
        };
}
