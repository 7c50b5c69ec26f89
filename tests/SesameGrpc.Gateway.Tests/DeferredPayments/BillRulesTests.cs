using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.DeferredPayments;
using SesameGrpc.Gateway.Programmes;
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
