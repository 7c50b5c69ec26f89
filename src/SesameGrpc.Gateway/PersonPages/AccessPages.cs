using System.Globalization;
using SesameGrpc.Gateway.CreditScores;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.PersonAccess;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>Who looked, and why something was refused.</summary>
internal static class AccessPages
{
    private const int PageSize = 20;

    public static async Task ListAsync(HttpContext http)
    {
        var before =
            PageTokens.IndexOf(http.Request.Query["before"].ToString(), long.MaxValue) ?? throw new RefusalException(Refuse.NotFound());
        var history = http.RequestServices.GetRequiredService<AccessHistory>();
        var found = await history.ListAsync(await http.PersonAsync(), before, PageSize + 1, http.RequestAborted);
        var page = Page.Of(found, PageSize, last => PageTokens.Of(last.Index));
        var partners = Partners(http);
        await http.ShowAsync<AccessesPage>(
            StatusCodes.Status200OK,
            ("Accesses", page.Items.Select(leaf => AccessMessages.ToMessage(leaf, partners)).ToList()),
            ("Programmes", ProgrammeNames.Of(http)),
            ("Older", page.NextToken),
            ("IsFirst", http.Request.Query["before"].Count == 0)
        );
    }

    public static async Task ShowAsync(HttpContext http)
    {
        var person = await http.PersonAsync();
        var history = http.RequestServices.GetRequiredService<AccessHistory>();
        var isNumber = long.TryParse((string?)http.GetRouteValue("leaf"), NumberStyles.None, CultureInfo.InvariantCulture, out var index);
        var leaf =
            (isNumber ? await history.FindAsync(person, index, http.RequestAborted) : null)
            ?? throw new RefusalException(Refuse.NotFound());
        await http.ShowAsync<AccessPage>(
            StatusCodes.Status200OK,
            ("Access", AccessMessages.ToMessage(leaf, Partners(http))),
            ("Programmes", ProgrammeNames.Of(http)),
            ("Factors", person.OptedIn ? ScoreFactors.Of(person.Person) : [])
        );
    }

    private static PartnerSnapshot Partners(HttpContext http) => http.RequestServices.GetRequiredService<PartnerDirectory>().Current;
}
