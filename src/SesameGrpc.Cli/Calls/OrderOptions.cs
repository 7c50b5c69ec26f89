using System.CommandLine;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Calls;

/// <summary>What a partner states about the order at hand: person, programme, amount, attributes.</summary>
internal static class OrderOptions
{
    public static readonly Argument<string> Subject = new("SUBJECT") { Description = "The person, as the partner knows it." };

    public static readonly Argument<string> Programme = new("PROGRAMME")
    {
        Description = "Id of the programme, for example bike.deposit_free.",
    };

    public static readonly Option<long?> AmountFen = new("--amount-fen")
    {
        Description = "Amount of the order in fen. Default: the programme's limit.",
    };

    public static readonly Option<string[]> Attributes = new("--attribute")
    {
        Description =
            "A fact about the order, NAME=VALUE; a whole number is sent as a number, NAME=\"text\" with quotes as text. Repeatable.",
        HelpName = "name=value",
    };

    public static Money? Amount(long? fen) => fen is null ? null : new Money { CurrencyCode = "CNY", MinorUnits = fen.Value };

    /// <summary>Splits "name=value"; throws <see cref="UsageException"/> for another form.</summary>
    public static KeyValuePair<string, AttributeValue> ParseAttribute(string text)
    {
        var split = text.IndexOf('=', StringComparison.Ordinal);
        if (split <= 0)
        {
            throw new UsageException($"--attribute {text}: must be NAME=VALUE, for example ticket_class=first.");
        }

        var (name, value) = (text[..split], text[(split + 1)..]);
        if (long.TryParse(value, out var number))
        {
            return new(name, new AttributeValue { Number = number });
        }

        var isQuoted = value is ['"', .., '"'];
        return new(name, new AttributeValue { Text = isQuoted ? value[1..^1] : value });
    }
}
