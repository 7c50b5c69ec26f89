using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.DepositWaivers;
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

    public static TheoryData<string, string, Charge> Edges =>
        new()
        {
            { "", "", Lines(100, 1) },
            { "charge.lines", "must be at most 100", Lines(101, 1) },
            { "", "", Lines(1, 31, discounts: 30) },
            { "charge.discounts", "must be at most 30", Lines(1, 31, discounts: 31) },
            { "", "", Lines(1, Cny.Largest) },
            { "charge.lines.amount", "must be CNY, 1 to 1000000000000000 fen", Lines(1, 0) },
            { "charge.lines.amount", "must be CNY, 1 to 1000000000000000 fen", Lines(2, -1) },
            { "charge.lines.amount", "must be CNY, 1 to 1000000000000000 fen", Lines(1, Cny.Largest + 1) },
            { "charge.lines.amount", "must be CNY, 1 to 1000000000000000 fen", Changed(charge => charge.Lines[0].Amount = null) },
            {
                "charge.lines.amount",
                "must be CNY, 1 to 1000000000000000 fen",
                Changed(charge => charge.Lines[1].Amount.CurrencyCode = "USD")
            },
            {
                "charge.discounts.amount",
                "must be CNY, 1 to 1000000000000000 fen",
                Changed(charge => charge.Discounts[0].Amount = Cny.Of(0))
            },
            { "charge.discounts.amount", "must be CNY, 1 to 1000000000000000 fen", Changed(charge => charge.Discounts[0].Amount = null) },
            {
                "charge.lines.kind",
                "must be RENT, DAMAGE, OVERDUE_FEE, GOODS or OTHER",
                Changed(charge => charge.Lines[1].Kind = ChargeLineKind.Unspecified)
            },
            {
                "charge.lines.kind",
                "must be RENT, DAMAGE, OVERDUE_FEE, GOODS or OTHER",
                Changed(charge => charge.Lines[1].Kind = (ChargeLineKind)99)
            },
            { "charge.lines.description", "must say what OTHER is", Changed(charge => charge.Lines[1].Kind = ChargeLineKind.Other) },
            { "", "", Changed(charge => (charge.Lines[1].Kind, charge.Lines[1].Description) = (ChargeLineKind.Other, "a bell")) },
            { "", "", Changed(charge => charge.Lines[1].Description = new string('x', 128)) },
            {
                "charge.description",
                "must be at most 128 characters",
                Changed(charge => charge.Lines[1].Description = new string('x', 129))
            },
            { "", "", Changed(charge => charge.Discounts[0].Description = new string('x', 128)) },
            {
                "charge.description",
                "must be at most 128 characters",
                Changed(charge => charge.Discounts[0].Description = new string('x', 129))
            },
            { "charge.total_amount", "must be CNY, 0 to 1000000000000000 fen", Changed(charge => charge.TotalAmount = null) },
            { "charge.total_amount", "must be CNY, 0 to 1000000000000000 fen", Changed(charge => charge.TotalAmount = Cny.Of(-1)) },
            {
                "charge.total_amount",
                "must be CNY, 0 to 1000000000000000 fen",
                Changed(charge => charge.TotalAmount = Cny.Of(Cny.Largest + 1))
            },
            { "charge.total_amount", "must be CNY, 0 to 1000000000000000 fen", Changed(charge => charge.TotalAmount.CurrencyCode = "USD") },
            {
                "charge.total_amount",
                "is 5299 fen, but must be 5300 fen: lines of 5500 less discounts of 200",
                Changed(charge => charge.TotalAmount = Cny.Of(5_299))
            },
        };

    [Theory]
    [MemberData(nameof(Edges), DisableDiscoveryEnumeration = true)]
    public void Check_AtAndBeyondEachLimit_SaysTheRule(string field, string rule, Charge charge)
    {
        var check = () => ChargeRules.Check(new FieldCheck(), charge).Enforce();
        if (field.Length == 0)
        {
            check();
            return;
        }

        Assert.Equal($"{field}: {rule}", Samples.RefusalOf(check).Message);
    }

    [Fact]
    public void Check_SeveralFaults_NamesThemAll()
    {
        var charge = Changed(charge =>
        {
            charge.Lines[0].Kind = ChargeLineKind.Unspecified;
            charge.TotalAmount = null;
        });

        Assert.Equal(
            ["charge.lines.kind", "charge.total_amount"],
            Samples.FieldsOf(Samples.RefusalOf(() => ChargeRules.Check(new FieldCheck(), charge)))
        );
    }

    [Fact]
    public void Check_NoTotal_IsRefused() => AssertRefused("charge.total_amount", new Charge());

    private static void AssertRefused(string field, Charge charge)
    {
        var refused = Assert.Throws<RefusalException>(() => ChargeRules.Check(new FieldCheck(), charge).Enforce());
        Assert.Equal(field, refused.Refusal.Metadata.Single(pair => pair.Key == "fields").Value);
    }

    private static Charge Lines(int count, long amount, int discounts = 0) =>
        new()
        {
            Lines = { Enumerable.Range(0, count).Select(_ => new ChargeLine { Kind = ChargeLineKind.Rent, Amount = Cny.Of(amount) }) },
            Discounts = { Enumerable.Range(0, discounts).Select(_ => new Discount { Amount = Cny.Of(1) }) },
            TotalAmount = Cny.Of((count * amount) - discounts),
        };

    private static Charge Changed(Action<Charge> change)
    {
        var charge = Sample(5_300);
        change(charge);
        return charge;
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
