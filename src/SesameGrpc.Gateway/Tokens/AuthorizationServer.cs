using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using OpenIddict.Server;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Tls;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace SesameGrpc.Gateway.Tokens;

/// <summary>
/// The built-in OAuth authorization server, by the FAPI 2.0 Security Profile: client_credentials, and authorization codes with pushed requests (RFC 9126), PKCE and
/// iss (RFC 9207), for partners that authenticate with their certificate (RFC 8705). Access tokens of RFC 9068 signed with ES256 and bound to that
/// certificate, metadata of RFC 8414 on the public listener. No refresh tokens: what a partner does day by day, it does with client_credentials.
/// </summary>
internal static class AuthorizationServer
{
    /// <summary>On the public listener: where a person's browser is sent.</summary>
    public const string AuthorizePath = "/connect/authorize";

    /// <summary>
    /// How long a pushed request lives. It may be opened only in its first 90 seconds, which is what the partner is told; the rest is for the person to log in and to
    /// decide. Below the 600 seconds of FAPI 2.0 section 5.3.2.2.
    /// </summary>
    public static readonly TimeSpan PushedRequestLifetime = TimeSpan.FromSeconds(590);

    private const string TokenPath = "/connect/token";
    private const string PushPath = "/connect/par";
    private const string RevokePath = "/connect/revoke";
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan IdentityTokenLifetime = TimeSpan.FromMinutes(5);

    // Far above any request of these endpoints, which read a form before they know who asks.
    private const int LargestRequestBytes = 16 * 1024;

    public static IServiceCollection AddAuthorizationServer(this IServiceCollection services, GatewayOptions options, KeyRing keys)
    {
        services.AddScoped<RequestCertificate>();
        services
            .AddOpenIddict()
            .AddCore(core =>
            {
                core.UseEntityFrameworkCore().UseDbContext<ControlDbContext>();
                core.ReplaceApplicationManager<OpenIddictEntityFrameworkCoreApplication, PartnerApplicationManager>();
                core.DisableEntityCaching();
            })
            .AddServer(server => Configure(server, options, keys));
        services.PostConfigure<OpenIddictServerOptions>(Narrow);
        services
            .AddOptions<OpenIddictServerOptions>()
            .PostConfigure<KeyCalendar>((server, calendar) => server.TokenValidationParameters.IssuerSigningKeys = KeysOfNow(calendar));
        services.AddSingleton<TokenRevocations>().AddSingletonWorker<TokenPruneWorker>();
        return services;
    }

    /// <summary>The endpoints that authenticate the client by its certificate, and are on the partner listener alone.</summary>
    public static bool IsPartnerEndpoint(PathString path) => path.Value is TokenPath or PushPath or RevokePath;

    /// <summary>
    /// What such a request passes first: a bound on its form, which else may take gigabytes, and its certificate for <see cref="PartnerApplicationManager"/>. With an accessor to the request in
    /// place of that, every call would make its HttpContext anew.
    /// </summary>
    public static async Task PrepareRequestAsync(HttpContext http, RequestDelegate next)
    {
        http.RequestServices.GetRequiredService<RequestCertificate>().Value = http.Features.Get<ClientCertificate>();
        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = LargestRequestBytes;
        try
        {
            await next(http);
        }
        catch (BadHttpRequestException refused) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = refused.StatusCode;
        }
        catch (InvalidDataException) when (!http.Response.HasStarted)
        {
            // A form of too many or too long parts.
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
    }

    // RFC 6749 section 5.2 has one error for both; told apart, anybody with a certificate of their own making could find out who is a partner.
    private static void AnswerAlike<TContext>(OpenIddictServerBuilder server, Func<TContext, OpenIddictResponse> responseOf)
        where TContext : BaseContext =>
        server.AddEventHandler<TContext>(handler =>
            handler
                .UseInlineHandler(context =>
                {
                    var response = responseOf(context);
                    if (response.Error == OpenIddictConstants.Errors.InvalidClient)
                    {
                        response.ErrorDescription = "No active partner of this client_id authenticates with this client certificate.";
                        response.ErrorUri = null;
                    }

                    return ValueTask.CompletedTask;
                })
                .SetOrder(int.MinValue)
        );

    private static void Configure(OpenIddictServerBuilder server, GatewayOptions options, KeyRing keys)
    {
        server.SetIssuer(new Uri(options.Listeners.PublicUrl));
        SetEndpoints(server, new Uri(options.Listeners.PartnerUrl));
        server.AllowClientCredentialsFlow().AllowAuthorizationCodeFlow();
        server.RequirePushedAuthorizationRequests().RequireProofKeyForCodeExchange();

        // What a partner may is in its own document; every partner may use every endpoint.
        server.IgnoreEndpointPermissions().IgnoreGrantTypePermissions().IgnoreResponseTypePermissions();
        server.IgnoreScopePermissions().IgnoreAudiencePermissions().IgnoreResourcePermissions();
        server.RegisterScopes([.. PartnerScopes.All]);
        server.SetAccessTokenLifetime(TimeSpan.FromSeconds(options.Tokens.LifetimeSeconds));
        server.SetAuthorizationCodeLifetime(CodeLifetime);
        server.SetIdentityTokenLifetime(IdentityTokenLifetime);
        server.DisableAccessTokenEncryption();

        // The server must have one to begin with; TurnSigning says by which it signs.
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
        server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().EnableErrorPassthrough();
        AddHandlers(server);
    }

    // Enumerated anew at each validation.
    private static IEnumerable<SecurityKey> KeysOfNow(KeyCalendar calendar)
    {
        foreach (var key in calendar.VerificationKeys)
        {
            yield return key;
        }
    }

    private static void SetEndpoints(OpenIddictServerBuilder server, Uri partnerUrl)
    {
        server.SetAuthorizationEndpointUris(AuthorizePath);
        server.SetTokenEndpointUris(TokenPath).SetMtlsTokenEndpointAliasUri(new Uri(partnerUrl, TokenPath));
        server.SetPushedAuthorizationEndpointUris(PushPath).SetMtlsPushedAuthorizationEndpointAliasUri(new Uri(partnerUrl, PushPath));
        server.SetRevocationEndpointUris(RevokePath).SetMtlsRevocationEndpointAliasUri(new Uri(partnerUrl, RevokePath));
    }

    private static void AddHandlers(OpenIddictServerBuilder server)
    {
        server.AddEventHandler<HandleTokenRequestContext>(handler => handler.UseSingletonHandler<TokenGrants>());
        server.AddEventHandler<GenerateTokenContext>(handler => handler.UseSingletonHandler<TokenStorageRules>().SetOrder(int.MinValue));
        server.AddEventHandler<GenerateTokenContext>(handler =>
            handler.UseSingletonHandler<TurnSigning>().SetOrder(Protection.AttachSecurityCredentials.Descriptor.Order + 1)
        );
        server.AddEventHandler<HandleJsonWebKeySetRequestContext>(handler =>
            handler.UseSingletonHandler<TurnKeySet>().SetOrder(Discovery.AttachSigningKeys.Descriptor.Order + 1)
        );
        server.AddEventHandler<ValidateTokenContext>(handler =>
            handler
                .AddFilter<OpenIddictServerHandlerFilters.RequireTokenIdResolved>()
                .UseScopedHandler<CodeReplay>()
                .SetOrder(Protection.ValidateTokenEntry.Descriptor.Order - 500)
        );
        server.RemoveEventHandler(OpenIddictServerHandlers.RedeemTokenEntry.Descriptor);
        server.AddEventHandler<ProcessSignInContext>(handler =>
            handler.UseScopedHandler<CodeRedemption>().SetOrder(OpenIddictServerHandlers.RedeemTokenEntry.Descriptor.Order)
        );
        server.RemoveEventHandler(Revocation.RevokeToken.Descriptor);
        server.AddEventHandler<HandleRevocationRequestContext>(handler => handler.UseSingletonHandler<RevocationRequests>());
        AnswerAlike<ApplyTokenResponseContext>(server, context => context.Response);
        AnswerAlike<ApplyPushedAuthorizationResponseContext>(server, context => context.Response);
        AnswerAlike<ApplyRevocationResponseContext>(server, context => context.Response);
    }

    // What OpenIddict has no method for, or would allow beyond the profile.
    private static void Narrow(OpenIddictServerOptions server)
    {
        server.RequestTokenLifetime = PushedRequestLifetime;
        Only(server.ResponseModes, OpenIddictConstants.ResponseModes.Query);
        Only(server.CodeChallengeMethods, OpenIddictConstants.CodeChallengeMethods.Sha256);
        Only(server.SubjectTypes, OpenIddictConstants.SubjectTypes.Pairwise);
        Only(server.PromptValues, OpenIddictConstants.PromptValues.Consent);
        Only(
            server.ClientAuthenticationMethods,
            OpenIddictConstants.ClientAuthenticationMethods.TlsClientAuth,
            OpenIddictConstants.ClientAuthenticationMethods.SelfSignedTlsClientAuth
        );
    }

    private static void Only(HashSet<string> set, params IEnumerable<string> values)
    {
        set.Clear();
        set.UnionWith(values);
    }
}
