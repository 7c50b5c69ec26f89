using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>Having oneself erased.</summary>
internal static class ErasePages
{
    public static Task AskAsync(HttpContext http) => ShowAsync(http, StatusCodes.Status200OK, fault: null);

    public static async Task EraseAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        if (form["confirm"] != "yes")
        {
            await ShowAsync(http, StatusCodes.Status422UnprocessableEntity, http.PersonTexts().Leaving.EraseConfirmFault);
            return;
        }

        try
        {
            var actions = http.RequestServices.GetRequiredService<PersonActions>();
            await actions.EraseAsync(http.Account(), PageCall.Id(http), http.RequestAborted);
        }
        catch (RefusalException exception) when (exception.Refusal.Reason == ErrorReason.ObligationsOpen)
        {
            // Something was opened since the page was, or money is still on its way back.
            await ShowAsync(http, StatusCodes.Status409Conflict, http.PersonTexts().Leaving.EraseSettling);
            return;
        }

        var texts = http.PersonTexts().Leaving;
        await PersonSession.EndAsync(http);
        http.User = new();
        await http.ShowMessageAsync(StatusCodes.Status200OK, texts.ErasedTitle, texts.Erased);
    }

    private static async Task ShowAsync(HttpContext http, int status, string? fault)
    {
        var open = await OwnObligations.ListOpenAsync(http, http.Account().PersonId);
        var partners = http.RequestServices.GetRequiredService<PartnerDirectory>().Current;
        await http.ShowAsync<ErasePage>(
            status,
            ("Open", open.ConvertAll(obligation => OwnObligations.ViewOf(obligation, partners))),
            ("Programmes", ProgrammeNames.Of(http)),
            ("Fault", fault)
        );
    }
}
