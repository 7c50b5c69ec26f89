using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.DeferredPayments;

/// <summary>What the charges of a visit and their settlement must be. Pure. Invariant: who bears what adds up to the fen, line by line and in every sum.</summary>
internal static class BillRules
{
    public const int MaxCharges = 200;

    // The columns of a settlement: name, of a line, in sum.
    private static readonly (string Name, Func<SettlementLine, Money?> OfLine, Func<Settlement, Money?> OfSum)[] Columns =
    [
        ("pooled_fund_amount", line => line.PooledFundAmount, sum => sum.PooledFundAmount),
        ("personal_account_amount", line => line.PersonalAccountAmount, sum => sum.PersonalAccountAmount),
        ("other_insurance_amount", line => line.OtherInsuranceAmount, sum => sum.OtherInsuranceAmount),
        ("reduction_amount", line => line.ReductionAmount, sum => sum.ReductionAmount),
        ("self_pay_amount", line => line.SelfPayAmount, sum => sum.SelfPayAmount),
    ];

    /// <summary>The charges that are not voided.</summary>
    public static IEnumerable<VisitCharge> Standing(VisitBill bill) => bill.Charges.Where(charge => charge.VoidTime is null);

    public static long TotalOf(VisitBill bill) => Standing(bill).Sum(charge => charge.Amount.MinorUnits);

    /// <summary>The settlement in which the person bears everything.</summary>
    public static Settlement InFull(VisitBill bill)
    {
        var total = TotalOf(bill);
        return new Settlement
        {
            Lines = { Standing(bill).Select(charge => new SettlementLine { ChargeId = charge.ChargeId, SelfPayAmount = charge.Amount }) },
            TotalAmount = Cny.Of(total),
            SelfPayAmount = Cny.Of(total),
        };
    }

    /// <summary>What the person's part of a charge still is.</summary>
    public static long SelfPayOf(VisitBill bill, VisitCharge charge) =>
        Cny.FenOf(bill.Settlement?.Lines.FirstOrDefault(line => line.ChargeId == charge.ChargeId)?.SelfPayAmount)
        - Cny.FenOf(charge.RefundedAmount);

    /// <summary>Checks the form of a settlement, whatever it is for.</summary>
    public static FieldCheck CheckForm(FieldCheck check, Settlement settlement)
    {
        check
            .Require(settlement.Lines.Count <= MaxCharges, "settlement.lines", $"must be at most {MaxCharges}")
            .Require(IsPart(settlement.TotalAmount), "settlement.total_amount", $"must be CNY, 0 to {Cny.Largest} fen");
        foreach (var (name, ofLine, ofSum) in Columns)
        {
            check
                .Require(
                    settlement.Lines.All(line => IsPart(ofLine(line))),
                    $"settlement.lines.{name}",
                    $"must be CNY, 0 to {Cny.Largest} fen"
                )
                .Require(IsPart(ofSum(settlement)), $"settlement.{name}", $"must be CNY, 0 to {Cny.Largest} fen");
        }

        return check;
    }

    /// <summary>Checks a settlement of good form against the charges that it is for: every fault names the number stated and the one that comes out.</summary>
    public static FieldCheck Check(FieldCheck check, VisitBill bill, Settlement settlement)
    {
        var charges = Standing(bill).ToDictionary(charge => charge.ChargeId, charge => charge.Amount.MinorUnits, StringComparer.Ordinal);
        foreach (var group in settlement.Lines.GroupBy(line => line.ChargeId, StringComparer.Ordinal))
        {
            check
                .Require(
                    charges.ContainsKey(group.Key),
                    "settlement.lines.charge_id",
                    $"{group.Key} names no charge of this visit that is not voided"
                )
                .Require(group.Count() == 1, "settlement.lines.charge_id", $"{group.Key} has {group.Count()} lines; each charge has one");
        }

        foreach (var missing in charges.Keys.Except(settlement.Lines.Select(line => line.ChargeId), StringComparer.Ordinal))
        {
            check.Require(false, "settlement.lines", $"has no line for charge {missing}");
        }

        // At most 200 lines of five parts of at most 10^15 each: far from overflow.
        foreach (var line in settlement.Lines.Where(line => charges.ContainsKey(line.ChargeId)))
        {
            Equal(
                check,
                $"settlement.lines[{line.ChargeId}]",
                Columns.Sum(column => Cny.FenOf(column.OfLine(line))),
                charges[line.ChargeId],
                "its charge is"
            );
        }

        foreach (var (name, ofLine, ofSum) in Columns)
        {
            Equal(
                check,
                $"settlement.{name}",
                Cny.FenOf(ofSum(settlement)),
                settlement.Lines.Sum(line => Cny.FenOf(ofLine(line))),
                "its lines come to"
            );
        }

        Equal(check, "settlement.total_amount", Cny.FenOf(settlement.TotalAmount), charges.Values.Sum(), "the charges come to");
        return check;
    }

    private static void Equal(FieldCheck check, string field, long stated, long actual, string whose) =>
        check.Require(stated == actual, field, $"comes to {stated} fen, but {whose} {actual} fen");

    private static bool IsPart(Money? money) => money is null or { CurrencyCode: Cny.Code, MinorUnits: >= 0 and <= Cny.Largest };
}
