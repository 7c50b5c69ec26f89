using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.DeferredPayments;
using SesameGrpc.Gateway.Refusals;
using Xunit;

namespace SesameGrpc.Gateway.Tests.DeferredPayments;

public sealed class BillRulesTests
{
    /// <summary>The published mixed order: pooled fund, personal account, other insurance, reduction, the person.</summary>
    [Fact]
    public void Check_MixedOrder_AddsUp() => BillRules.Check(new FieldCheck(), Bill(202_000), Mixed()).Enforce();

    public static TheoryData<string, Action<Settlement>> Wrong =>
        new()
        {
            {
                "settlement.total_amount: comes to 202001 fen, but the charges come to 202000 fen",
                stated => stated.TotalAmount.MinorUnits++
            },
            {
                "settlement.lines[0]: comes to 201999 fen, but its charge is 202000 fen",
                stated => (stated.Lines[0].SelfPayAmount.MinorUnits, stated.SelfPayAmount.MinorUnits) = (41_999, 41_999)
            },
            { "settlement.reduction_amount: comes to 0 fen, but its lines come to 10000 fen", stated => stated.ReductionAmount = null },
            {
                "settlement.lines.charge_id: 0 has 2 lines; each charge has one",
                stated => stated.Lines.Add(new SettlementLine { ChargeId = "0" })
            },
            {
                "settlement.lines.charge_id: 9 names no charge of this visit that is not voided",
                stated => stated.Lines.Add(new SettlementLine { ChargeId = "9" })
            },
            { "settlement.lines: has no line for charge 0", stated => stated.Lines.Clear() },
        };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void Check_NumbersThatDoNotAddUp_AreNamedBoth(string message, Action<Settlement> change)
    {
        var stated = Mixed();
        change(stated);

        Assert.Equal(message, Samples.RefusalOf(() => BillRules.Check(new FieldCheck(), Bill(202_000), stated).Enforce()).Message);
    }

    [Fact]
    public void Check_AVoidedCharge_HasNoLine()
    {
        var bill = Bill(202_000, 5);
        bill.Charges[1].VoidTime = new();

        BillRules.Check(new FieldCheck(), bill, Mixed()).Enforce();
        Assert.Equal(202_000, BillRules.TotalOf(bill));
    }

    /// <summary>As many and as large as they may be: the sums are far from overflow, and still compared to the fen.</summary>
    [Fact]
    public void Check_AtTheLimitsOfItsNumbers_StillCounts()
    {
        var bill = Bill([.. Enumerable.Repeat(Cny.Largest, BillRules.MaxCharges)]);
        var stated = BillRules.InFull(bill);

        BillRules.Check(new FieldCheck(), bill, stated).Enforce();
        stated.SelfPayAmount.MinorUnits--;
        Assert.Contains(
            "comes to 199999999999999999 fen, but its lines come to 200000000000000000 fen",
            Samples.RefusalOf(() => BillRules.Check(new FieldCheck(), bill, stated).Enforce()).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(Cny.Largest + 1)]
    public void CheckForm_NumbersOutOfRange_AreNamedBeforeAnySumIsMade(long fen)
    {
        var stated = Mixed();
        stated.Lines[0].OtherInsuranceAmount.MinorUnits = fen;
        stated.TotalAmount.MinorUnits = fen;

        Assert.Equal(
            ["settlement.total_amount", "settlement.lines.other_insurance_amount"],
            Samples.FieldsOf(Samples.RefusalOf(() => BillRules.CheckForm(new FieldCheck(), stated).Enforce()))
        );
    }

    public static TheoryData<string, Action<Money>> Columns
    {
        get
        {
            var columns = new TheoryData<string, Action<Money>>();
            foreach (
                var name in new[]
                {
                    "pooled_fund_amount",
                    "personal_account_amount",
                    "other_insurance_amount",
                    "reduction_amount",
                    "self_pay_amount",
                }
            )
            {
                columns.Add(name, money => money.MinorUnits = -1);
                columns.Add(name, money => money.MinorUnits = Cny.Largest + 1);
                columns.Add(name, money => money.CurrencyCode = "USD");
            }

            return columns;
        }
    }

    /// <summary>Each column has a rule of its own, for its lines and for its sum.</summary>
    [Theory]
    [MemberData(nameof(Columns), DisableDiscoveryEnumeration = true)]
    public void CheckForm_AWrongPart_NamesItsColumnAndTheRule(string name, Action<Money> change)
    {
        var (line, sum) = (Mixed(), Mixed());
        change((Money)SettlementLine.Descriptor.FindFieldByName(name).Accessor.GetValue(line.Lines[0]));
        change((Money)Settlement.Descriptor.FindFieldByName(name).Accessor.GetValue(sum));

        Assert.Equal(
            $"settlement.lines.{name}: must be CNY, 0 to 1000000000000000 fen",
            Samples.RefusalOf(() => BillRules.CheckForm(new FieldCheck(), line).Enforce()).Message
        );
        Assert.Equal(
            $"settlement.{name}: must be CNY, 0 to 1000000000000000 fen",
            Samples.RefusalOf(() => BillRules.CheckForm(new FieldCheck(), sum).Enforce()).Message
        );
    }

    [Fact]
    public void CheckForm_AtItsLimits_IsGood()
    {
        var stated = new Settlement
        {
            Lines =
            {
                Enumerable.Repeat(
                    new SettlementLine { SelfPayAmount = Cny.Of(Cny.Largest), ReductionAmount = Cny.Of(0) },
                    BillRules.MaxCharges
                ),
            },
            TotalAmount = Cny.Of(Cny.Largest),
        };
        BillRules.CheckForm(new FieldCheck(), stated).Enforce();
        stated.Lines.Add(new SettlementLine());

        Assert.Equal(
            "settlement.lines: must be at most 200",
            Samples.RefusalOf(() => BillRules.CheckForm(new FieldCheck(), stated).Enforce()).Message
        );
        Assert.Equal(
            "settlement.total_amount: must be CNY, 0 to 1000000000000000 fen",
            Samples.RefusalOf(() => BillRules.CheckForm(new FieldCheck(), new Settlement { TotalAmount = Cny.Of(-1) }).Enforce()).Message
        );
    }

    [Theory]
    [InlineData("CNY", 0, false)]
    [InlineData("CNY", 1, true)]
    [InlineData("CNY", Cny.Largest, true)]
    [InlineData("CNY", Cny.Largest + 1, false)]
    [InlineData("USD", 1, false)]
    public void IsAmount_IsAboveNothingInCny(string currency, long fen, bool isAmount)
    {
        Assert.Equal(isAmount, Cny.IsAmount(new Money { CurrencyCode = currency, MinorUnits = fen }));
        Assert.False(Cny.IsAmount(null));
    }

    [Fact]
    public void SelfPayOf_AChargeThatHasNoLine_IsNothing()
    {
        var bill = Bill(5, 7);
        bill.Settlement = Mixed();

        Assert.Equal(0, BillRules.SelfPayOf(bill, bill.Charges[1]));
    }

    [Fact]
    public void CheckForm_AnotherCurrencyOrTooManyLines_IsRefused()
    {
        var stated = Mixed();
        stated.Lines.Add(
            Enumerable.Repeat(new SettlementLine { SelfPayAmount = new Money { CurrencyCode = "USD" } }, BillRules.MaxCharges)
        );

        Assert.Equal(
            ["settlement.lines", "settlement.lines.self_pay_amount"],
            Samples.FieldsOf(Samples.RefusalOf(() => BillRules.CheckForm(new FieldCheck(), stated).Enforce()))
        );
    }

    [Fact]
    public void SelfPayOf_IsWhatIsLeftOfThePersonsPart()
    {
        var bill = Bill(202_000);
        bill.Settlement = Mixed();
        bill.Charges[0].RefundedAmount = Cny.Of(2_000);

        Assert.Equal(40_000, BillRules.SelfPayOf(bill, bill.Charges[0]));
    }

    private static VisitBill Bill(params long[] amounts) =>
        new() { Charges = { amounts.Select((fen, index) => new VisitCharge { ChargeId = $"{index}", Amount = Cny.Of(fen) }) } };

    private static Settlement Mixed() =>
        new()
        {
            Lines =
            {
                new SettlementLine
                {
                    ChargeId = "0",
                    PooledFundAmount = Cny.Of(100_000),
                    PersonalAccountAmount = Cny.Of(45_000),
                    OtherInsuranceAmount = Cny.Of(5_000),
                    ReductionAmount = Cny.Of(10_000),
                    SelfPayAmount = Cny.Of(42_000),
                },
            },
            TotalAmount = Cny.Of(202_000),
            PooledFundAmount = Cny.Of(100_000),
            PersonalAccountAmount = Cny.Of(45_000),
            OtherInsuranceAmount = Cny.Of(5_000),
            ReductionAmount = Cny.Of(10_000),
            SelfPayAmount = Cny.Of(42_000),
        };
}
