using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.DepositWaivers;

/// <summary>What a charge must be, whatever it is for. Pure.</summary>
internal static class ChargeRules
{
    public const int MaxLines = 100;
    public const int MaxDiscounts = 30;
    private const int MaxDescription = 128;

    /// <summary>Checks form and sum: total = sum of lines - sum of discounts, not below 0.</summary>
    public static FieldCheck Check(FieldCheck check, Charge charge)
    {
        check
            .Require(charge.Lines.Count <= MaxLines, "charge.lines", $"must be at most {MaxLines}")
            .Require(charge.Discounts.Count <= MaxDiscounts, "charge.discounts", $"must be at most {MaxDiscounts}")
            .Require(charge.Lines.All(line => Cny.IsAmount(line.Amount)), "charge.lines.amount", $"must be CNY, 1 to {Cny.Largest} fen")
            .Require(
                charge.Discounts.All(discount => Cny.IsAmount(discount.Amount)),
                "charge.discounts.amount",
                $"must be CNY, 1 to {Cny.Largest} fen"
            )
            .Require(
                charge.Lines.All(line => line.Kind != ChargeLineKind.Unspecified && Enum.IsDefined(line.Kind)),
                "charge.lines.kind",
                "must be RENT, DAMAGE, OVERDUE_FEE, GOODS or OTHER"
            )
            .Require(
                charge.Lines.All(line => line.Kind != ChargeLineKind.Other || line.Description.Length > 0),
                "charge.lines.description",
                "must say what OTHER is"
            )
            .Require(
                charge.Lines.All(line => line.Description.Length <= MaxDescription)
                    && charge.Discounts.All(discount => discount.Description.Length <= MaxDescription),
                "charge.description",
                $"must be at most {MaxDescription} characters"
            )
            .Require(
                charge.TotalAmount is { CurrencyCode: Cny.Code, MinorUnits: >= 0 and <= Cny.Largest },
                "charge.total_amount",
                $"must be CNY, 0 to {Cny.Largest} fen"
            )
            .Enforce();

        // At most 130 amounts of at most 10^15: far from overflow.
        var lines = charge.Lines.Sum(line => line.Amount.MinorUnits);
        var discounts = charge.Discounts.Sum(discount => discount.Amount.MinorUnits);
        var total = charge.TotalAmount.MinorUnits;
        return check.Require(
            total == lines - discounts,
            "charge.total_amount",
            $"is {total} fen, but must be {lines - discounts} fen: lines of {lines} less discounts of {discounts}"
        );
    }
}
