using System.CommandLine;
using System.Globalization;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Calls;

/// <summary>Reads a charge written as lines KIND:FEN[:TEXT] and discounts FEN[:TEXT]; the total is their sum.</summary>
internal static class ChargeArgument
{
    public static readonly Option<string[]> Lines = new("--line")
    {
        Description =
            "What is owed: KIND:FEN[:TEXT], for example damage:3000:broken lamp; KIND is rent, damage, overdue_fee, goods or other. Repeatable.",
        HelpName = "kind:fen[:text]",
    };

    public static readonly Option<string[]> Discounts = new("--discount")
    {
        Description = "What is let off: FEN[:TEXT]. Repeatable.",
        HelpName = "fen[:text]",
    };

    /// <summary>The charge that the options state; null where there is no line.</summary>
    public static Charge? Of(CommandContext context) => Parse(context.Get(Lines) ?? [], context.Get(Discounts) ?? []);

    /// <summary>Throws <see cref="UsageException"/> for another form.</summary>
    public static Charge? Parse(IReadOnlyList<string> lines, IReadOnlyList<string> discounts)
    {
        if (lines.Count == 0)
        {
            return discounts.Count == 0 ? null : throw new UsageException("--discount needs a --line that it takes something off.");
        }

        var charge = new Charge { Lines = { lines.Select(ParseLine) }, Discounts = { discounts.Select(ParseDiscount) } };
        var total = charge.Lines.Sum(line => line.Amount.MinorUnits) - charge.Discounts.Sum(discount => discount.Amount.MinorUnits);
        charge.TotalAmount = Cny(total);
        return charge;
    }

    public static Money Cny(long fen) => new() { CurrencyCode = "CNY", MinorUnits = fen };

    private static ChargeLine ParseLine(string text)
    {
        var parts = text.Split(':', 3);
        var kind = Enum.GetValues<ChargeLineKind>()
            .FirstOrDefault(kind => string.Equals(MessageJson.Name(kind), parts[0], StringComparison.OrdinalIgnoreCase));
        return kind == ChargeLineKind.Unspecified || parts.Length < 2
            ? throw new UsageException($"--line {text}: must be KIND:FEN[:TEXT]; KIND is rent, damage, overdue_fee, goods or other.")
            : new ChargeLine
            {
                Kind = kind,
                Amount = Cny(Fen("--line", text, parts[1])),
                Description = parts.ElementAtOrDefault(2) ?? "",
            };
    }

    private static Discount ParseDiscount(string text)
    {
        var parts = text.Split(':', 2);
        return new Discount { Amount = Cny(Fen("--discount", text, parts[0])), Description = parts.ElementAtOrDefault(1) ?? "" };
    }

    private static long Fen(string option, string text, string part) =>
        long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var fen) && fen is > 0 and <= 1_000_000_000_000_000
            ? fen
            : throw new UsageException($"{option} {text}: FEN must be a whole number above 0.");
}
