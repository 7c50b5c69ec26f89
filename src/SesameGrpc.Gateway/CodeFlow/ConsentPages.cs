using System.Collections.Immutable;
using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Tokens;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace SesameGrpc.Gateway.CodeFlow;

/// <summary>
/// The authorization endpoint, behind OpenIddict's checks: shows a person what a partner asks for, and carries the answer out. What cannot be sent back to the
/// partner, because it is not known who asks or where the answer may go, ends on a page.
/// </summary>
internal sealed class ConsentPages(
    PartnerDirectory partners,
    PageGate gate,
    RequestOpening opening,
    ConsentGranting granting,
    GatewayOptions options,
    TimeProvider time
)
{
    public const string Address = AuthorizationServer.AuthorizePath;
    public const string Decision = "decision";
    public const string Agree = "agree";
    public const string Decline = "decline";

    /// <summary>Claim of a code: authorization_details as granted.</summary>
    public const string GrantedClaim = "granted_details";

    public void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet(Address, ShowAsync);
        pages.MapPost(Address, DecideAsync);
    }

    private async Task ShowAsync(HttpContext http)
    {
        if (await AskedAsync(http) is not { } asked)
        {
            return;
        }

        PageHeaders.Write(http, leadsElsewhere: true);
        var view = ConsentTextRules.ViewOf(asked.Partner, asked.Consent, asked.OAuth, time.GetUtcNow(), http.Texts());
        await http.ShowAsync<ConsentPage>(StatusCodes.Status200OK, ("View", view));
    }

    private async Task DecideAsync(HttpContext http)
    {
        if (await AskedAsync(http) is not { } asked)
        {
            return;
        }

        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var decision = form[Decision].ToString();
        if (decision is not (Agree or Decline))
        {
            await http.SeeOther(AddressOf(asked.OAuth));
            return;
        }

        // First, so that of two answers to one request only one counts.
        if (!await RedeemAsync(http))
        {
            await ShowFaultAsync(http, http.Texts().Consent.Faults.Used);
            return;
        }

        if (decision == Decline)
        {
            await RefuseAsync(http, OpenIddictConstants.Errors.AccessDenied, "The person declined.");
            return;
        }

        var person = http.Features.Get<PersonAccount>()!;
        var granted = await granting.GrantAsync(asked.Partner, person, asked.Consent, PageCall.Id(http), http.RequestAborted);
        await http.SignInAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, PrincipalOf(asked, granted));
    }

    // What is asked, when it may be answered now; else the answer that it gets instead has been written.
    private async Task<Asked?> AskedAsync(HttpContext http)
    {
        if (http.GetOpenIddictServerResponse() is { Error: { } error } response)
        {
            await ShowFaultAsync(http, $"{error}: {response.ErrorDescription}");
            return null;
        }

        var oauth = http.GetOpenIddictServerRequest();
        if (oauth is null || !opening.Opens(http, oauth))
        {
            await ShowFaultAsync(http, http.Texts().Consent.Faults.Late);
            return null;
        }

        var partner = partners.Current.Find(oauth.ClientId ?? "");
        if (partner is not { IsActive: true })
        {
            await ShowFaultAsync(http, http.Texts().Consent.Faults.NoPartner);
            return null;
        }

        // It was checked when it was pushed; the partner may have changed since.
        if (ConsentRequest.Read(partner, oauth).Request is not { } consent)
        {
            await RefuseAsync(http, OpenIddictConstants.Errors.InvalidRequest, "The partner may not ask for this any more.");
            return null;
        }

        return await gate.IsTakingPartAsync(http, AddressOf(oauth)) ? new Asked(partner, oauth, consent) : null;
    }

    private static string AddressOf(OpenIddictRequest request) =>
        $"{Address}?client_id={Uri.EscapeDataString(request.ClientId ?? "")}&request_uri={Uri.EscapeDataString(request.RequestUri ?? "")}";

    private ClaimsPrincipal PrincipalOf(Asked asked, Consent granted)
    {
        var identity = new ClaimsIdentity(
            TokenValidationParameters.DefaultAuthenticationType,
            OpenIddictConstants.Claims.Name,
            OpenIddictConstants.Claims.Role
        );
        identity.SetClaim(OpenIddictConstants.Claims.Subject, granted.Subject);
        identity.SetClaim(GrantedClaim, asked.Consent.ToGrantedJson(granted.Id));
        identity.SetScopes(asked.OAuth.GetScopes());
        identity.SetResources(options.Tokens.Audience);
        identity.SetDestinations(_ => ImmutableArray<string>.Empty);
        return new ClaimsPrincipal(identity);
    }

    // Takes the place of what OpenIddict would do with the answer: see CodeRedemption.
    private static async Task<bool> RedeemAsync(HttpContext http)
    {
        var tokens = http.RequestServices.GetRequiredService<IOpenIddictTokenManager>();
        var id = http
            .Features.Get<OpenIddictServerAspNetCoreFeature>()
            ?.Transaction?.GetProperty<ProcessAuthenticationContext>(typeof(ProcessAuthenticationContext).FullName!)
            ?.RequestTokenPrincipal?.GetTokenId();
        var token = id is null ? null : await tokens.FindByIdAsync(id, http.RequestAborted);
        return token is not null && await tokens.TryRedeemAsync(token, http.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext http, string error, string description) =>
        http.ForbidAsync(
            OpenIddictServerAspNetCoreDefaults.AuthenticationScheme,
            new AuthenticationProperties(
                new Dictionary<string, string?>
                {
                    [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
                    [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
                }
            )
        );

    private static Task ShowFaultAsync(HttpContext http, string fault)
    {
        var texts = http.Texts().Consent.Faults;
        return http.ShowMessageAsync(StatusCodes.Status400BadRequest, texts.Title, $"{texts.Lead} ({fault})");
    }

    private sealed record Asked(PartnerRecord Partner, OpenIddictRequest OAuth, ConsentRequest Consent);
}

/// <summary>Tells the partner, beside the access token, what was granted (RFC 9396 section 7).</summary>
internal sealed class ConsentTokens : IOpenIddictServerHandler<HandleTokenRequestContext>
{
    public ValueTask HandleAsync(HandleTokenRequestContext context)
    {
        if (context.Request.IsAuthorizationCodeGrantType() && context.Principal?.GetClaim(ConsentPages.GrantedClaim) is { } details)
        {
            context.Parameters[ConsentRequest.Parameter] = new OpenIddictParameter(JsonNode.Parse(details));
        }

        return ValueTask.CompletedTask;
    }
}
