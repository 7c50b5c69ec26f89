using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using OpenIddict.Server;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Storage;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace SesameGrpc.Gateway.Tokens;

/// <summary>
/// The built-in OAuth authorization server: client_credentials for partners that authenticate with their certificate (RFC 8705), access tokens of
/// RFC 9068 signed with ES256 and bound to that certificate, metadata of RFC 8414 on the public listener.
/// </summary>
internal static class AuthorizationServer
{
    public const string TokenPath = "/connect/token";

    // Far above any client_credentials request. The endpoint reads a form before it knows who asks.
    private const int LargestTokenRequestBytes = 16 * 1024;

    public static IServiceCollection AddAuthorizationServer(this IServiceCollection services, GatewayOptions options, KeyRing keys)
    {
        services.AddHttpContextAccessor();
        services
            .AddOpenIddict()
            .AddCore(core =>
            {
                core.UseEntityFrameworkCore().UseDbContext<ControlDbContext>();
                core.ReplaceApplicationManager<OpenIddictEntityFrameworkCoreApplication, PartnerApplicationManager>();
                core.DisableEntityCaching();
            })
            .AddServer(server => Configure(server, options, keys));
        services.PostConfigure<OpenIddictServerOptions>(server =>
        {
            // UseAspNetCore adds client secrets; partners have none.
            server.ClientAuthenticationMethods.Clear();
            server.ClientAuthenticationMethods.Add(OpenIddictConstants.ClientAuthenticationMethods.TlsClientAuth);
            server.ClientAuthenticationMethods.Add(OpenIddictConstants.ClientAuthenticationMethods.SelfSignedTlsClientAuth);
        });
        return services;
    }

    /// <summary>What a token request passes first: a bound on its form, which else may take gigabytes.</summary>
    public static async Task BoundRequestAsync(HttpContext http, RequestDelegate next)
    {
        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = LargestTokenRequestBytes;
        try
        {
            await next(http);
        }
        catch (BadHttpRequestException refused) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = refused.StatusCode;
        }
    }

    // RFC 6749 section 5.2 has one error for both; told apart, anybody with a certificate of their own making could find out who is a partner.
    private static ValueTask AnswerAlikeAsync(ApplyTokenResponseContext context)
    {
        if (context.Response.Error == OpenIddictConstants.Errors.InvalidClient)
        {
            context.Response.ErrorDescription = "No active partner of this client_id authenticates with this client certificate.";
            context.Response.ErrorUri = null;
        }

        return ValueTask.CompletedTask;
    }

    private static void Configure(OpenIddictServerBuilder server, GatewayOptions options, KeyRing keys)
    {
        server.SetIssuer(new Uri(options.Listeners.PublicUrl));
        server.SetTokenEndpointUris(TokenPath);
        server.SetMtlsTokenEndpointAliasUri(new Uri(new Uri(options.Listeners.PartnerUrl), TokenPath));
        server.AllowClientCredentialsFlow();
        server.IgnoreScopePermissions();
        server.RegisterScopes([.. PartnerScopes.All]);
        server.SetAccessTokenLifetime(TimeSpan.FromSeconds(options.Tokens.LifetimeSeconds));
        server.DisableAccessTokenEncryption();
        server.DisableTokenStorage();
        server.AddSigningKey(keys.SigningKey);
        server.AddEncryptionKey(keys.EncryptionKey);
        server.UseClientCertificateBoundAccessTokens();
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(options.Tls.PartnerCa);
        server.EnablePublicKeyInfrastructureTlsClientAuthentication(
            authorities,
            policy => policy.RevocationMode = X509RevocationMode.NoCheck
        );
        server.EnableSelfSignedTlsClientAuthentication();
        server.UseAspNetCore();
        server.AddEventHandler<HandleTokenRequestContext>(handler => handler.UseSingletonHandler<TokenGrants>());
        server.AddEventHandler<ApplyTokenResponseContext>(handler => handler.UseInlineHandler(AnswerAlikeAsync).SetOrder(int.MinValue));
    }
}
