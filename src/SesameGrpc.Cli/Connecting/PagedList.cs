using System.CommandLine;

namespace SesameGrpc.Cli.Connecting;

/// <summary>Reads a list page by page, until it ends or there is as much of it as was asked for.</summary>
internal static class PagedList
{
    private const int LargestPage = 1000;

    public static readonly Option<int> Limit = new("--limit")
    {
        Description = "Most entries to show.",
        DefaultValueFactory = _ => LargestPage,
        HelpName = "number",
    };

    /// <summary>Asks for a page of a size and behind a token; the answer has its entries and the token of the next.</summary>
    public static Task<List<T>> ReadAsync<T>(
        CommandContext context,
        Func<int, string, Task<(IEnumerable<T> Items, string NextToken)>> askAsync
    ) => ReadAsync(context.Get(Limit), askAsync);

    /// <summary>The same to the end, however long it is.</summary>
    public static Task<List<T>> ReadAllAsync<T>(Func<int, string, Task<(IEnumerable<T> Items, string NextToken)>> askAsync) =>
        ReadAsync(int.MaxValue, askAsync);

    private static async Task<List<T>> ReadAsync<T>(int limit, Func<int, string, Task<(IEnumerable<T> Items, string NextToken)>> askAsync)
    {
        var read = new List<T>();
        var token = "";
        do
        {
            (var items, token) = await askAsync(Math.Clamp(limit - read.Count, 1, LargestPage), token);
            read.AddRange(items);
        } while (token.Length > 0 && read.Count < limit);

        return read;
    }
}
