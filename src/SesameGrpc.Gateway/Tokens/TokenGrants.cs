using System.Security.Claims;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Partners;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace SesameGrpc.Gateway.Tokens;

/// <summary>
/// Decides what an access token by client_credentials may do: the scopes asked for, if the partner has all of them; without any, all that the
/// partner has (RFC 6749 section 3.3).
/// </summary>
internal sealed class TokenGrants(PartnerDirectory partners, GatewayOptions options) : IOpenIddictServerHandler<HandleTokenRequestContext>
{
    public ValueTask HandleAsync(HandleTokenRequestContext context)
    {
        if (!context.Request.IsClientCredentialsGrantType())
        {
            return ValueTask.CompletedTask;
        }

        var partner = partners.Current.Find(context.Request.ClientId ?? "");
        var asked = context.Request.GetScopes();
        if (partner is null || asked.Any(scope => !partner.Scopes.Contains(scope)))
        {
            context.Reject(
                OpenIddictConstants.Errors.InvalidScope,
                $"The partner has the scopes: {string.Join(' ', partner?.Document.Scopes ?? [])}."
            );
            return ValueTask.CompletedTask;
        }

        var identity = new ClaimsIdentity(
            TokenValidationParameters.DefaultAuthenticationType,
            OpenIddictConstants.Claims.Name,
            OpenIddictConstants.Claims.Role
        );
        identity.SetClaim(OpenIddictConstants.Claims.Subject, partner.Id);
        identity.SetScopes(asked.IsEmpty ? partner.Document.Scopes : asked);
        identity.SetResources(options.Tokens.Audience);
        identity.SetDestinations(_ => [OpenIddictConstants.Destinations.AccessToken]);
        context.SignIn(new ClaimsPrincipal(identity));
        return ValueTask.CompletedTask;
    }
}
