using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace SesameGrpc.TestSupport;

/// <summary>A second OpenID Connect provider, in this process on a loopback port: whoever comes is the person that the test has set, or is refused.</summary>
public sealed class UpstreamIssuer : IAsyncDisposable
{
    private const string ClientId = "gateway";
    private const string Secret = "a secret of the test's provider";
    private readonly string directory = TestEnvironment.NewDirectory("upstream");
    private readonly TestAuthority authority = new("Upstream CA");
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly WebApplication app;

    private UpstreamIssuer()
    {
        Url = new Uri($"https://localhost:{TestEnvironment.FreePort()}");
        PemFiles.Write(Path.Combine(directory, "ca.pem"), authority.Certificate);
        File.WriteAllText(Path.Combine(directory, "secret"), Secret + "\n");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(Url.Port, listen => listen.UseHttps(authority.Server())));
        builder.Services.AddOpenIddict().AddServer(Configure);
        app = builder.Build();
        app.UseAuthentication();
    }

    public Uri Url { get; }

    /// <summary>Who logs in; null: the provider refuses.</summary>
    public string? Person { get; set; } = "test-650";

    /// <summary>The parameters of the last authorization request.</summary>
    public IReadOnlyDictionary<string, string?> LastRequest { get; private set; } = new Dictionary<string, string?>();

    public static async Task<UpstreamIssuer> StartAsync()
    {
        var issuer = new UpstreamIssuer();
        await issuer.app.StartAsync();
        return issuer;
    }

    /// <summary>What a production gateway needs to send persons here.</summary>
    public IReadOnlyDictionary<string, string?> Settings() =>
        new Dictionary<string, string?>
        {
            ["Sesame:Mode"] = "Production",
            ["Sesame:Login:Authority"] = Url.ToString(),
            ["Sesame:Login:ClientId"] = ClientId,
            ["Sesame:Login:ClientSecretFile"] = Path.Combine(directory, "secret"),
            ["Sesame:Login:PersonClaim"] = "account_id",
            ["Sesame:Login:Ca"] = Path.Combine(directory, "ca.pem"),
        };

    /// <summary>A browser's handler trusts this CA too.</summary>
    public void TrustedBy(SocketsHttpHandler handler) =>
        handler.SslOptions.CertificateChainPolicy!.CustomTrustStore.Add(authority.Certificate);

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        authority.Dispose();
        key.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private void Configure(OpenIddictServerBuilder server)
    {
        server.SetAuthorizationEndpointUris("authorize").SetTokenEndpointUris("token");
        server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
        server.AddEncryptionKey(new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32))).AddSigningKey(new ECDsaSecurityKey(key));
        server.EnableDegradedMode();
        server.UseAspNetCore();
        server.AddEventHandler<ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(ValidateAsync));
        server.AddEventHandler<HandleAuthorizationRequestContext>(handler => handler.UseInlineHandler(AuthorizeAsync));
        server.AddEventHandler<ValidateTokenRequestContext>(handler =>
            handler.UseInlineHandler(context =>
            {
                if (context.Request.ClientSecret != Secret)
                {
                    context.Reject(OpenIddictConstants.Errors.InvalidClient);
                }

                return ValueTask.CompletedTask;
            })
        );
    }

    private ValueTask ValidateAsync(ValidateAuthorizationRequestContext context)
    {
        LastRequest = context.Request.GetParameters().ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        if (context.ClientId != ClientId || context.RedirectUri?.EndsWith("/login/callback", StringComparison.Ordinal) != true)
        {
            context.Reject(OpenIddictConstants.Errors.InvalidClient);
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask AuthorizeAsync(HandleAuthorizationRequestContext context)
    {
        if (Person is null)
        {
            context.Reject(OpenIddictConstants.Errors.AccessDenied, "Not today.");
            return ValueTask.CompletedTask;
        }

        var identity = new ClaimsIdentity("test");
        identity.SetClaim(OpenIddictConstants.Claims.Subject, $"upstream|{Person}");
        identity.SetClaim("account_id", Person);
        identity.SetScopes(OpenIddictConstants.Scopes.OpenId);
        identity.SetDestinations(_ => [OpenIddictConstants.Destinations.IdentityToken]);
        context.Principal = new ClaimsPrincipal(identity);
        return ValueTask.CompletedTask;
    }
}
