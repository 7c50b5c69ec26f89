using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Fulfilments;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Partners;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>A report with the name of its partner, and what it said before, newest first.</summary>
public sealed record FulfilmentView(Fulfilment Report, string Partner, IReadOnlyList<FulfilmentVersion> Earlier);

/// <summary>What partners have reported of the person.</summary>
internal static class OwnFulfilments
{
    private const int PageSize = 10;

    public static async Task ListAsync(HttpContext http)
    {
        var before = http.Before();
        var store = http.RequestServices.GetRequiredService<FulfilmentStore>();
        var partners = http.RequestServices.GetRequiredService<PartnerDirectory>().Current;
        var filter = new ReportFilter(before, Person: http.Account().PersonId);
        var page = Page.Of(await store.ListAsync(filter, PageSize + 1, http.RequestAborted), PageSize, report => report.Id);
        var views = new List<FulfilmentView>();
        foreach (var report in page.Items)
        {
            var versions = await store.VersionsAsync(report.Id, http.RequestAborted);
            views.Add(
                new FulfilmentView(
                    FulfilmentMessages.ToMessage(report),
                    partners.NameOf(report.Partner),
                    [.. versions.Skip(1).Select(FulfilmentMessages.ToMessage)]
                )
            );
        }

        await http.ShowAsync<FulfilmentsPage>(
            StatusCodes.Status200OK,
            ("Reports", views),
            ("Programmes", ProgrammeNames.Of(http)),
            ("Older", page.NextToken)
        );
    }
}
