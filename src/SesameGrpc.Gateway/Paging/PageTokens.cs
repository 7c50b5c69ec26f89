using System.Globalization;

namespace SesameGrpc.Gateway.Paging;

/// <summary>Page tokens of lists that are numbered: the number where the next page begins; or a name and a number.</summary>
internal static class PageTokens
{
    public static string Of(long index) => index.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of a token; the empty token is the first page. Null: it is no token.</summary>
    public static long? IndexOf(string token, long first) =>
        token.Length == 0 ? first
        : long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index
        : null;

    public static string Of(string name, int number) => $"{name}@{number.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The name and the number of a token; null: it is no token.</summary>
    public static (string Name, int Number)? PlaceOf(string token)
    {
        var at = token.LastIndexOf('@');
        return at > 0 && int.TryParse(token.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (token[..at], number)
            : null;
    }
}
