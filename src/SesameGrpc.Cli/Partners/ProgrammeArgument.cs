using System.Globalization;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Partners;

/// <summary>Reads an enrolment written as PROGRAMME[:min_score[:amount_fen]], for example bike.deposit_free:650:19900.</summary>
internal static class ProgrammeArgument
{
    /// <summary>An empty part means the programme's own figure; throws <see cref="UsageException"/> for another form.</summary>
    public static Enrolment Parse(string text)
    {
        var parts = text.Split(':');
        if (parts.Length > 3 || parts[0].Length == 0)
        {
            throw new UsageException($"--programme {text}: must be PROGRAMME[:min_score[:amount_fen]].");
        }

        var enrolment = new Enrolment { Programme = parts[0] };
        if (Part(parts, 1) is { } score)
        {
            enrolment.MinimumScore = (int)Number(text, "min_score", score, 350, 950);
        }

        if (Part(parts, 2) is { } amount)
        {
            enrolment.AmountLimit = new Money
            {
                CurrencyCode = "CNY",
                MinorUnits = Number(text, "amount_fen", amount, 1, 1_000_000_000_000_000),
            };
        }

        return enrolment;
    }

    private static string? Part(string[] parts, int index) => parts.Length > index && parts[index].Length > 0 ? parts[index] : null;

    private static long Number(string text, string name, string part, long lowest, long highest) =>
        long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= lowest && number <= highest
            ? number
            : throw new UsageException($"--programme {text}: {name} must be a whole number from {lowest} to {highest}.");
}
