using SesameGrpc.Gateway.Pages;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>A person's own pages: one row each.</summary>
internal static class PersonPageRoutes
{
    public static IServiceCollection AddPersonPages(this IServiceCollection services) =>
        services.AddSingleton<PersonTransactions>().AddSingleton<ConsentActions>().AddSingleton<PersonActions>();

    public static void MapPersonPages(this IEndpointRouteBuilder pages)
    {
        // Whoever has opted out still sees what is on record, takes it along and has it erased.
        Get(pages, Addresses.Home, HomePages.ShowAsync);
        Get(pages, Addresses.Accesses, AccessPages.ListAsync, alsoOptedOut: true);
        Get(pages, $"{Addresses.Accesses}/{{leaf}}", AccessPages.ShowAsync, alsoOptedOut: true);
        Get(pages, Addresses.Consents, OwnConsents.ListAsync, alsoOptedOut: true);
        Post(pages, Addresses.Consents, OwnConsents.ChangeAsync);
        Get(pages, Addresses.WithdrawAll, OwnConsents.AskWithdrawAllAsync);
        Post(pages, Addresses.WithdrawAll, OwnConsents.WithdrawAllAsync);
        Get(pages, Addresses.Obligations, OwnObligations.ListAsync, alsoOptedOut: true);
        Get(pages, Addresses.Fulfilments, OwnFulfilments.ListAsync, alsoOptedOut: true);
        Get(pages, Addresses.Disputes, DisputePages.ListAsync, alsoOptedOut: true);
        Get(pages, Addresses.NewDispute, DisputePages.AskAsync, alsoOptedOut: true);
        Post(pages, Addresses.NewDispute, DisputePages.OpenAsync, alsoOptedOut: true);
        Get(pages, Addresses.Erase, ErasePages.AskAsync, alsoOptedOut: true);
        Post(pages, Addresses.Erase, ErasePages.EraseAsync, alsoOptedOut: true);
        Get(pages, Addresses.Export, LeavingPages.ExportAsync, alsoOptedOut: true);
        Get(pages, Addresses.OptOut, LeavingPages.AskOptOutAsync, alsoOptedOut: true);
        Post(pages, Addresses.OptOut, LeavingPages.OptOutAsync);
    }

    private static void Get(IEndpointRouteBuilder pages, string address, RequestDelegate page, bool alsoOptedOut = false) =>
        pages.MapGet(address, PersonRequests.Guarded(page)).WithMetadata(new PersonRequired(alsoOptedOut));

    private static void Post(IEndpointRouteBuilder pages, string address, RequestDelegate page, bool alsoOptedOut = false) =>
        pages.MapPost(address, PersonRequests.Guarded(page)).WithMetadata(new PersonRequired(alsoOptedOut));
}
