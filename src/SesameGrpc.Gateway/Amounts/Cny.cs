using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Amounts;

/// <summary>Amounts of the one currency served.</summary>
internal static class Cny
{
    public const string Code = "CNY";

    /// <summary>Largest amount in one field, in fen.</summary>
    public const long Largest = 1_000_000_000_000_000;

    /// <summary>Whether it is an amount above nothing that one field can hold.</summary>
    public static bool IsAmount(Money? money) => money is { CurrencyCode: Code, MinorUnits: > 0 and <= Largest };

    /// <summary>How much it is in fen; nothing where it is absent.</summary>
    public static long FenOf(Money? money) => money?.MinorUnits ?? 0;

    public static Money Of(long fen) => new() { CurrencyCode = Code, MinorUnits = fen };
}
