using Microsoft.AspNetCore.Http.Features;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.PersonPages.Texts;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>What each of a person's own pages asks of its request.</summary>
internal static class PersonRequests
{
    /// <summary>Who is logged in; the gate has seen to it.</summary>
    public static PersonAccount Account(this HttpContext http) => http.Features.GetRequiredFeature<PersonAccount>();

    /// <summary>The person's row as it is now.</summary>
    public static async Task<PersonRow> PersonAsync(this HttpContext http) =>
        await http.RequestServices.GetRequiredService<PersonStore>().FindAsync(http.Account().PersonId, http.RequestAborted)
        ?? throw new RefusalException(Refuse.NotFound());

    /// <summary>The id that a page of a list goes on behind; empty on the first one.</summary>
    public static string Before(this HttpContext http) =>
        http.Request.Query["before"].ToString() is var id && (id.Length == 0 || TimedId.Is(id))
            ? id
            : throw new RefusalException(Refuse.NotFound());

    public static PersonTexts PersonTexts(this HttpContext http) => Texts.PersonTexts.Of(http.Texts());

    /// <summary>Runs a page; what the gateway refuses becomes a page that says so.</summary>
    public static RequestDelegate Guarded(RequestDelegate page) =>
        async http =>
        {
            try
            {
                await page(http);
            }
            catch (RefusalException exception) when (PageOf(exception.Refusal, http.PersonTexts().Refused) is { } answer)
            {
                await http.ShowPersonMessageAsync(
                    answer.Status,
                    answer.Title,
                    answer.Message,
                    (Addresses.Home, http.PersonTexts().Refused.Back)
                );
            }
        };

    /// <summary>A page of the person's own with a title and a sentence.</summary>
    public static Task ShowPersonMessageAsync(
        this HttpContext http,
        int status,
        string title,
        string message,
        (string Address, string Text) link
    ) =>
        http.ShowAsync<PersonMessagePage>(
            status,
            ("Title", title),
            ("Message", message),
            ("LinkAddress", link.Address),
            ("LinkText", link.Text)
        );

    private static (int Status, string Title, string Message)? PageOf(Refusal refusal, RefusedTexts texts) =>
        refusal.Code switch
        {
            Google.Rpc.Code.NotFound or Google.Rpc.Code.InvalidArgument => (
                StatusCodes.Status404NotFound,
                texts.NotYoursTitle,
                texts.NotYours
            ),
            Google.Rpc.Code.FailedPrecondition => (StatusCodes.Status409Conflict, texts.ChangedTitle, texts.Changed),
            _ => null,
        };
}
