using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Disputes;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.PersonAccess;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>The first page.</summary>
internal static class HomePages
{
    private const int MostCounted = 1000;

    public static async Task ShowAsync(HttpContext http)
    {
        var services = http.RequestServices;
        var row = await http.PersonAsync();
        var now = services.GetRequiredService<TimeProvider>().NowMicros();
        var validity = services.GetRequiredService<GatewayOptions>().Persons.ScoreValidity;
        var consents = await services.GetRequiredService<ConsentStore>().ListOfPersonAsync(row.Id, "", MostCounted, http.RequestAborted);
        var open = await OwnObligations.ListOpenAsync(http, row.Id);
        var disputes = await services.GetRequiredService<DisputeStore>().CountOpenAsync(row.Id, http.RequestAborted);
        var person = PersonMessages.ToMessage(row, disputes);
        var view = new HomeView(
            person,
            HasParts: row.Person.Parts is not null,
            row.Person.FedScore is null ? null : Instants.ToTimestamp(row.Person.ExpiryMicros(validity)),
            row.Person.IsExpired(now, validity),
            consents.Count(consent => consent.IsInForce(now)),
            open.Count,
            person.OpenDisputes
        );
        await http.ShowAsync<HomePage>(StatusCodes.Status200OK, ("View", view));
    }
}
