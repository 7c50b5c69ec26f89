using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Pages;

/// <summary>Marks a page that only a person who is logged in and takes part may see; or also one who once did.</summary>
internal sealed record PersonRequired(bool AlsoOptedOut = false);

/// <summary>What every page passes: headers, the session, the form's token, and the question whether the person takes part; and what comes of exceptions.</summary>
internal sealed partial class PageGate(IAntiforgery antiforgery, PersonAccounts accounts, ILogger<PageGate> logger)
{
    private const int LargestFormBytes = 64 * 1024;

    /// <summary>Before routing.</summary>
    public async Task EnterAsync(HttpContext http, RequestDelegate next)
    {
        PageHeaders.Write(http);
        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = LargestFormBytes;
        try
        {
            await PersonSession.ReadAsync(http);
            await next(http);
        }
        catch (Exception exception) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            http.Response.Clear();
            PageHeaders.Write(http);
            await ExplainAsync(http, exception);
        }
    }

    /// <summary>Behind routing, before the page.</summary>
    public async Task PassAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint() is not { } endpoint)
        {
            var faults = http.Texts().Faults;
            await http.ShowMessageAsync(StatusCodes.Status404NotFound, faults.NotFoundTitle, faults.NotFound);
            return;
        }

        if (HttpMethods.IsPost(http.Request.Method))
        {
            await antiforgery.ValidateRequestAsync(http);
        }

        if (
            endpoint.Metadata.GetMetadata<PersonRequired>() is not { } required
            || await MayPassAsync(http, $"{http.Request.Path}{http.Request.QueryString}", required.AlsoOptedOut)
        )
        {
            await next(http);
        }
    }

    /// <summary>
    /// Whether somebody is logged in who takes part: then <see cref="PersonAccount"/> is a feature of the request. Else the browser is sent to the login or to the
    /// question whether to take part, and from there back to this address.
    /// </summary>
    public Task<bool> IsTakingPartAsync(HttpContext http, string address) => MayPassAsync(http, address, alsoOptedOut: false);

    private async Task<bool> MayPassAsync(HttpContext http, string address, bool alsoOptedOut)
    {
        if (http.User.Identity?.IsAuthenticated != true)
        {
            await http.SeeOther(ReturnAddress.Through("/login", address));
            return false;
        }

        var account = http.PersonId() is { } id ? await accounts.FindAsync(id, http.RequestAborted) : null;
        if (account is not null && (account.IsOptedIn || alsoOptedOut))
        {
            http.Features.Set(account);
            return true;
        }

        await http.SeeOther(ReturnAddress.Through("/opt-in", address));
        return false;
    }

    private async Task ExplainAsync(HttpContext http, Exception exception)
    {
        var faults = http.Texts().Faults;
        switch (exception)
        {
            case AntiforgeryValidationException or InvalidDataException:
                await http.ShowMessageAsync(StatusCodes.Status400BadRequest, faults.FormTitle, faults.Form);
                break;
            case BadHttpRequestException bad:
                await http.ShowMessageAsync(bad.StatusCode, faults.FormTitle, faults.Form);
                break;
            case RefusalException:
            case var _ when StoreFaults.IsOutage(exception):
                await http.ShowMessageAsync(StatusCodes.Status503ServiceUnavailable, faults.UnavailableTitle, faults.Unavailable);
                break;
            default:
                LogFailed(exception, http.Request.Path);
                await http.ShowMessageAsync(StatusCodes.Status500InternalServerError, faults.InternalTitle, faults.Internal);
                break;
        }
    }

    [LoggerMessage(1601, LogLevel.Error, "The page {Path} failed.")]
    private partial void LogFailed(Exception exception, string path);
}
