namespace SesameGrpc.Gateway.Paging;

/// <summary>One page of a list and the token of the next (AIP-158). One entry more than the page holds is asked for, which tells whether another page follows.</summary>
internal sealed record Page<T>(IEnumerable<T> Items, string NextToken);

internal static class Page
{
    /// <summary>The size asked for, 1 to 1,000; 100 where none was asked for.</summary>
    public static int SizeOf(int asked) => asked == 0 ? 100 : asked;

    /// <summary>Cuts what was found, at most one entry more than the size, to a page; its token names the page's last entry.</summary>
    public static Page<T> Of<T>(List<T> found, int size, Func<T, string> tokenOf) =>
        new(found.Take(size), found.Count > size ? tokenOf(found[size - 1]) : "");
}
