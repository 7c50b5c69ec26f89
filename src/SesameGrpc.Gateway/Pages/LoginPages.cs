using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Sandbox;

namespace SesameGrpc.Gateway.Pages;

/// <summary>Logging in, out, and opting in.</summary>
internal static class LoginPages
{
    public static void MapLogin(this IEndpointRouteBuilder pages, GatewayOptions options)
    {
        if (options.Login.IsUpstream)
        {
            pages.MapGet("/login", UpstreamLogin.BeginAsync);
        }
        else if (options.Mode == GatewayMode.Sandbox)
        {
            pages.MapGet("/login", ShowSandboxAsync);
            pages.MapPost("/login", EnterSandboxAsync);
        }

        pages.MapPost("/logout", LeaveAsync);
        pages.MapGet("/opt-in", AskAsync);
        pages.MapPost("/opt-in", OptInAsync);
    }

    private static Task ShowSandboxAsync(HttpContext http) =>
        http.ShowAsync<LoginPage>(
            StatusCodes.Status200OK,
            ("ReturnTo", ReturnAddress.Checked(http.Request.Query[ReturnAddress.Parameter]))
        );

    private static async Task EnterSandboxAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var person = form["person"].ToString().Trim();
        var returnTo = ReturnAddress.Checked(form[ReturnAddress.Parameter]);
        var accounts = http.RequestServices.GetRequiredService<PersonAccounts>();
        var account = FieldCheck.IsPersonId(person) ? await accounts.FindByExternalIdAsync(person, http.RequestAborted) : null;
        if (account is null && !(FieldCheck.IsPersonId(person) && TestPersons.Is(person, TestPersons.NotOptedIn)))
        {
            await http.ShowAsync<LoginPage>(
                StatusCodes.Status422UnprocessableEntity,
                ("ReturnTo", returnTo),
                ("Person", person),
                ("Fault", http.Texts().Login.Unknown)
            );
            return;
        }

        await PersonSession.BeginAsync(http, person, account?.PersonId);
        await http.SeeOther(returnTo);
    }

    private static async Task LeaveAsync(HttpContext http)
    {
        await PersonSession.EndAsync(http);
        http.User = new();
        var texts = http.Texts().Login;
        await http.ShowMessageAsync(StatusCodes.Status200OK, texts.LoggedOutTitle, texts.LoggedOut, ("/login", texts.Again));
    }

    private static Task AskAsync(HttpContext http)
    {
        var returnTo = ReturnAddress.Checked(http.Request.Query[ReturnAddress.Parameter]);
        return http.User.Identity?.IsAuthenticated == true
            ? http.ShowAsync<OptInPage>(StatusCodes.Status200OK, ("ReturnTo", returnTo), ("HasRecords", http.PersonId() is not null))
            : http.SeeOther(ReturnAddress.Through("/login", $"{http.Request.Path}{http.Request.QueryString}"));
    }

    private static async Task OptInAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var accounts = http.RequestServices.GetRequiredService<PersonAccounts>();
        var externalId =
            http.ExternalId() ?? (http.PersonId() is { } id ? (await accounts.FindAsync(id, http.RequestAborted))?.ExternalId : null);
        if (externalId is null)
        {
            await http.SeeOther("/login");
            return;
        }

        var account = await accounts.OptInAsync(externalId, PageCall.Id(http), http.RequestAborted);
        await PersonSession.BeginAsync(http, externalId, account.PersonId);
        await http.SeeOther(ReturnAddress.Checked(form[ReturnAddress.Parameter]));
    }
}
