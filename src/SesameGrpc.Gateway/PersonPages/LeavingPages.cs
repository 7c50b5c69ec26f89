using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.PersonAccess;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>Taking the data along, and opting out.</summary>
internal static class LeavingPages
{
    /// <summary>Most accesses of one export: it is written as it is read, so this bounds the time it may take and nothing else.</summary>
    private const int MostExportedAccesses = 100_000;

    public static async Task ExportAsync(HttpContext http)
    {
        // Each export is recorded for good, so no other site may have a browser make some.
        if (http.Request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "none" or "same-origin"))
        {
            await http.SeeOther(ReturnAddress.Home);
            return;
        }

        var services = http.RequestServices;
        var person = await http.PersonAsync();
        await services
            .GetRequiredService<PersonTransactions>()
            .RecordAsync(http.Account(), "ExportPerson", "export", PageCall.Id(http), http.RequestAborted);
        var day = Instants.FromMicros(services.GetRequiredService<TimeProvider>().NowMicros());
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"sesame-export-{day:yyyy-MM-dd}.json\"";
        await services.GetRequiredService<PersonExport>().WriteAsync(http.Response.Body, person, MostExportedAccesses, http.RequestAborted);
    }

    public static Task AskOptOutAsync(HttpContext http) =>
        http.Account().IsOptedIn
            ? http.ShowAsync<OptOutPage>(StatusCodes.Status200OK)
            : http.ShowAsync<OptedOutPage>(StatusCodes.Status200OK);

    public static async Task OptOutAsync(HttpContext http)
    {
        var actions = http.RequestServices.GetRequiredService<PersonActions>();
        await actions.OptOutAsync(http.Account(), PageCall.Id(http), http.RequestAborted);
        await http.SeeOther(Addresses.OptOut);
    }
}
