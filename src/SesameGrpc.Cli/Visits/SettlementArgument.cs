using System.CommandLine;
using System.Globalization;
using SesameGrpc.Cli.Calls;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Visits;

/// <summary>Reads a settlement written as lines CHARGE:PART=FEN[,PART=FEN]...; the sums are those of the lines.</summary>
internal static class SettlementArgument
{
    public static readonly Option<string[]> Lines = new("--bear")
    {
        Description =
            "Who bears a charge: CHARGE:PART=FEN[,PART=FEN]..., for example x-ray:fund=10000,self=2000; PART is fund (pooled fund), account (personal account), other (other insurance), reduction or self. Repeatable, one for each charge.",
        HelpName = "charge:part=fen,...",
    };

    private static readonly Dictionary<string, Action<SettlementLine, Money>> Parts = new(StringComparer.Ordinal)
    {
        ["fund"] = (line, money) => line.PooledFundAmount = money,
        ["account"] = (line, money) => line.PersonalAccountAmount = money,
        ["other"] = (line, money) => line.OtherInsuranceAmount = money,
        ["reduction"] = (line, money) => line.ReductionAmount = money,
        ["self"] = (line, money) => line.SelfPayAmount = money,
    };

    /// <summary>The settlement that the options state; null where there is no line.</summary>
    public static Settlement? Of(CommandContext context) => Parse(context.Get(Lines) ?? []);

    /// <summary>Throws <see cref="UsageException"/> for another form.</summary>
    public static Settlement? Parse(IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
        {
            return null;
        }

        var settlement = new Settlement
        {
            Lines = { lines.Select(ParseLine) },
            PooledFundAmount = Sum(line => line.PooledFundAmount),
            PersonalAccountAmount = Sum(line => line.PersonalAccountAmount),
            OtherInsuranceAmount = Sum(line => line.OtherInsuranceAmount),
            ReductionAmount = Sum(line => line.ReductionAmount),
            SelfPayAmount = Sum(line => line.SelfPayAmount),
        };
        settlement.TotalAmount = ChargeArgument.Cny(
            settlement.PooledFundAmount.MinorUnits
                + settlement.PersonalAccountAmount.MinorUnits
                + settlement.OtherInsuranceAmount.MinorUnits
                + settlement.ReductionAmount.MinorUnits
                + settlement.SelfPayAmount.MinorUnits
        );
        return settlement;

        Money Sum(Func<SettlementLine, Money?> part) =>
            ChargeArgument.Cny(lines.Select(ParseLine).Sum(line => part(line)?.MinorUnits ?? 0));
    }

    // A charge's id may hold a colon itself.
    private static SettlementLine ParseLine(string text)
    {
        var split = text.LastIndexOf(':');
        if (split <= 0)
        {
            throw Fault(text);
        }

        var line = new SettlementLine { ChargeId = text[..split] };
        foreach (var part in text[(split + 1)..].Split(','))
        {
            var sides = part.Split('=', 2);
            if (
                !Parts.TryGetValue(sides[0], out var set)
                || !long.TryParse(sides.ElementAtOrDefault(1), NumberStyles.None, CultureInfo.InvariantCulture, out var fen)
                || fen > 1_000_000_000_000_000
            )
            {
                throw Fault(text);
            }

            set(line, ChargeArgument.Cny(fen));
        }

        return line;
    }

    private static UsageException Fault(string text) =>
        new($"--bear {text}: must be CHARGE:PART=FEN[,PART=FEN]...; PART is {string.Join(", ", Parts.Keys)}, FEN a whole number.");
}
