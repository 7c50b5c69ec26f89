using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.DeferredPayments;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.LedgerAccess;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Partners;
using Wire = SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>An obligation with the name of its partner; of a visit, its bill.</summary>
public sealed record ObligationView(Wire.Obligation Obligation, string Partner, VisitBill? Bill);

/// <summary>What the person owes or has open, and what has ended.</summary>
internal static class OwnObligations
{
    private const int MostOpen = 200;
    private const int PageSize = 10;

    // What is late first, then what is to be paid, then what is in use.
    private static readonly ObligationState[] OpenStates =
    [
        ObligationState.Overdue,
        ObligationState.Settling,
        ObligationState.Closed,
        ObligationState.Active,
    ];

    public static async Task ListAsync(HttpContext http)
    {
        var before = http.Before();
        var person = http.Account().PersonId;
        var open = await ListOpenAsync(http, person);
        var found = await ListAsync(http, person, before, state: null, PageSize + 1);
        var page = Page.Of(found, PageSize, obligation => obligation.Id);
        var partners = http.RequestServices.GetRequiredService<PartnerDirectory>().Current;
        await http.ShowAsync<ObligationsPage>(
            StatusCodes.Status200OK,
            ("Open", open.ConvertAll(View)),
            ("Ended", page.Items.Where(obligation => !obligation.IsOpen).Select(View).ToList()),
            ("Programmes", ProgrammeNames.Of(http)),
            ("Older", page.NextToken)
        );

        ObligationView View(Obligation obligation) => ViewOf(obligation, partners);
    }

    /// <summary>What is open, the most urgent first.</summary>
    public static async Task<List<Obligation>> ListOpenAsync(HttpContext http, string person)
    {
        var open = new List<Obligation>();
        foreach (var state in OpenStates)
        {
            open.AddRange(await ListAsync(http, person, before: "", state, MostOpen));
        }

        return open;
    }

    public static ObligationView ViewOf(Obligation obligation, PartnerSnapshot partners) =>
        new(
            ObligationMessages.ToMessage(obligation),
            partners.NameOf(obligation.Partner),
            obligation.Kind == ObligationKind.Visit ? VisitRules.BillOf(obligation) : null
        );

    private static Task<List<Obligation>> ListAsync(HttpContext http, string person, string before, ObligationState? state, int limit) =>
        http
            .RequestServices.GetRequiredService<LedgerStore>()
            .ListAsync(new ObligationFilter(before, Kind: null, Partner: "", person, Subject: "", state), limit, http.RequestAborted);
}
