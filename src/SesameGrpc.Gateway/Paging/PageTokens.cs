using System.Globalization;

namespace SesameGrpc.Gateway.Paging;

/// <summary>Page tokens of lists that are numbered: the number where the next page begins.</summary>
internal static class PageTokens
{
    public static string Of(long index) => index.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of a token; the empty token is the first page. Null: it is no token.</summary>
    public static long? IndexOf(string token, long first) =>
        token.Length == 0 ? first
        : long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index
        : null;
}
