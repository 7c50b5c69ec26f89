using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Soak.Ledger;

/// <summary>Charges of all kinds: one or several lines, with and without discounts, down to nothing; some with a wrong total, some above what there is.</summary>
internal static class LedgerCharges
{
    private static readonly ChargeLineKind[] Kinds =
    [
        ChargeLineKind.Rent,
        ChargeLineKind.Damage,
        ChargeLineKind.OverdueFee,
        ChargeLineKind.Other,
    ];

    public static Charge Of(long mostFen, Draw draw)
    {
        var lines = 1 + (draw.Size % 3);
        var share = Math.Max(1, mostFen * (1 + (draw.Size % 110)) / 100 / lines);
        var charge = new Charge();
        for (var index = 0; index < lines; index++)
        {
            charge.Lines.Add(
                new ChargeLine
                {
                    Kind = Kinds[(draw.Variant + index) % Kinds.Length],
                    Amount = LedgerPolicy.Fen(share),
                    Description = $"line {index}",
                }
            );
        }

        var total = share * lines;
        if (draw.Target % 3 == 0)
        {
            // Now and then the discount takes all of it.
            var discount = draw.Target % 2 == 0 ? total : Math.Max(1, total / 3);
            charge.Discounts.Add(new Discount { Amount = LedgerPolicy.Fen(discount), Description = "discount" });
            total -= discount;
        }

        charge.TotalAmount = LedgerPolicy.Fen(total + (draw.Variant % 11 == 0 ? 1 : 0));
        return charge;
    }
}
