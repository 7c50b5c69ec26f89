using System.Net.Security;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Pages;

/// <summary>Logging in at an OpenID Connect provider: a code with PKCE, and of the ID token the one claim that says who it is. Nothing else of it is kept.</summary>
internal static partial class UpstreamLogin
{
    public const string Scheme = "upstream";
    private const string CallbackPath = "/login/callback";

    public static bool IsCallback(HttpContext http) => http.Request.Path == CallbackPath;

    public static void Configure(OpenIdConnectOptions provider, LoginOptions login)
    {
        provider.Authority = login.Authority;
        provider.ClientId = login.ClientId;
        provider.ClientSecret = File.ReadAllText(login.ClientSecretFile).Trim();
        provider.CallbackPath = CallbackPath;
        provider.SignInScheme = PersonSession.Scheme;
        provider.ResponseType = OpenIdConnectResponseType.Code;
        provider.UsePkce = true;

        // The usual form_post comes from elsewhere, so cookies would have to go with requests from everywhere.
        provider.ResponseMode = OpenIdConnectResponseMode.Query;
        provider.CorrelationCookie.SameSite = SameSiteMode.Lax;
        provider.NonceCookie.SameSite = SameSiteMode.Lax;
        provider.MapInboundClaims = false;
        provider.SaveTokens = false;
        provider.Scope.Clear();
        provider.Scope.Add(OpenIdConnectScope.OpenId);
        provider.BackchannelTimeout = TimeSpan.FromSeconds(10);
        if (login.Ca.Length > 0)
        {
            provider.BackchannelHttpHandler = Trusting(login.Ca);
        }

        provider.Events.OnTicketReceived = context => ReceiveAsync(context, login);
        provider.Events.OnRemoteFailure = FailAsync;
        provider.Events.OnAccessDenied = FailAsync;
    }

    /// <summary>Sends the browser to the provider, and from there back to where it came from.</summary>
    public static async Task BeginAsync(HttpContext http)
    {
        var returnTo = ReturnAddress.Checked(http.Request.Query[ReturnAddress.Parameter]);
        try
        {
            await http.ChallengeAsync(Scheme, new AuthenticationProperties { RedirectUri = returnTo });
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or HttpRequestException)
        {
            // Microsoft.IdentityModel wraps whatever kept it from reading the metadata in an InvalidOperationException.
            Log(http, exception);
            var faults = http.Texts().Faults;
            await http.ShowMessageAsync(StatusCodes.Status503ServiceUnavailable, faults.UnavailableTitle, faults.Unavailable);
        }
    }

    private static async Task ReceiveAsync(TicketReceivedContext context, LoginOptions login)
    {
        var http = context.HttpContext;
        var person = context.Principal?.FindFirstValue(login.PersonClaim) ?? "";
        context.HandleResponse();
        if (!FieldCheck.IsPersonId(person))
        {
            await ShowFailureAsync(http);
            return;
        }

        var accounts = http.RequestServices.GetRequiredService<PersonAccounts>();
        var account = await accounts.FindByExternalIdAsync(person, http.RequestAborted);
        await PersonSession.BeginAsync(http, person, account?.PersonId);
        await http.SeeOther(ReturnAddress.Checked(context.ReturnUri));
    }

    private static async Task FailAsync<TOptions>(HandleRequestContext<TOptions> context)
        where TOptions : RemoteAuthenticationOptions
    {
        context.HandleResponse();
        if (context is RemoteFailureContext { Failure: { } failure })
        {
            Log(context.HttpContext, failure);
        }

        await ShowFailureAsync(context.HttpContext);
    }

    private static Task ShowFailureAsync(HttpContext http)
    {
        var texts = http.Texts().Login;
        return http.ShowMessageAsync(StatusCodes.Status400BadRequest, texts.Title, texts.Failed, ("/login", texts.Again));
    }

    private static void Log(HttpContext http, Exception exception) =>
        LogFailed(http.RequestServices.GetRequiredService<ILogger<OpenIdConnectHandler>>(), exception.Message);

    private static SocketsHttpHandler Trusting(string caFile)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(caFile);
        return new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } };
    }

    [LoggerMessage(1602, LogLevel.Warning, "A login at the provider was not completed: {Cause}")]
    private static partial void LogFailed(ILogger logger, string cause);
}
