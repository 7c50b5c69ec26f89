using System.Net;
using Duende.IdentityModel.Client;

namespace SesameGrpc.Client;

/// <summary>Obtains certificate-bound access tokens, keeps the current one and renews it before it ends; one request at a time.</summary>
public sealed class AccessTokenSource : IDisposable
{
    private readonly SesameClientOptions options;
    private readonly TimeProvider time;
    private readonly HttpClient http;
    private readonly SemaphoreSlim single = new(1, 1);
    private AccessToken? latest;
    private string? tokenEndpoint;

    /// <summary>Makes a source that sends its requests through <paramref name="handler"/>, which presents the client certificate.</summary>
    public AccessTokenSource(SesameClientOptions options, HttpMessageHandler handler, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        http = new HttpClient(handler, disposeHandler: false)
        {
            Timeout = options?.CallTimeout ?? throw new ArgumentNullException(nameof(options)),
        };
    }

    /// <summary>Returns a token with at least a fifth of its lifetime left.</summary>
    public async ValueTask<AccessToken> GetAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref latest) is { } fresh && IsFresh(fresh))
        {
            return fresh;
        }

        await single.WaitAsync(cancellationToken);
        try
        {
            if (latest is not { } current || !IsFresh(current))
            {
                current = await RequestAsync(cancellationToken);
                Volatile.Write(ref latest, current);
            }

            return current;
        }
        finally
        {
            single.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        single.Dispose();
    }

    // A token from the future was issued before the clock was set back; nobody knows how old it is.
    private bool IsFresh(AccessToken token)
    {
        var age = time.GetUtcNow() - token.IssueTime;
        return age >= TimeSpan.Zero && age < TimeSpan.FromSeconds(token.ExpiresInSeconds * 0.8);
    }

    private async Task<AccessToken> RequestAsync(CancellationToken cancellationToken)
    {
        tokenEndpoint ??= await DiscoverAsync(cancellationToken);
        var scopes = string.Join(' ', options.Scopes);
        using var request = new ClientCredentialsTokenRequest
        {
            Address = tokenEndpoint,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            ClientId = options.PartnerId,
            ClientCredentialStyle = ClientCredentialStyle.PostBody,
            Scope = scopes.Length == 0 ? null : scopes,
        };
        var issued = time.GetUtcNow();
        var response = await http.RequestClientCredentialsTokenAsync(request, cancellationToken);
        if (response.IsError || response.AccessToken is null)
        {
            throw Failure(response, new Uri(tokenEndpoint), "TOKEN_REFUSED", response.ErrorDescription);
        }

        // RFC 6749 section 5.1: a scope that is granted as asked for need not be repeated.
        return new AccessToken(response.AccessToken, response.TokenType ?? "Bearer", response.ExpiresIn, response.Scope ?? scopes, issued);
    }

    /// <summary>RFC 8705 section 5: a client with a certificate uses the alias of the token endpoint.</summary>
    private async Task<string> DiscoverAsync(CancellationToken cancellationToken)
    {
        using var request = new DiscoveryDocumentRequest
        {
            Address = options.IssuerUrl.AbsoluteUri.TrimEnd('/'),
            // The aliases live on another port than the issuer; the issuer's name and TLS are still checked.
            Policy = new DiscoveryPolicy { ValidateEndpoints = false, RequireKeySet = false },
        };
        var document = await http.GetDiscoveryDocumentAsync(request, cancellationToken);
        if (document.IsError)
        {
            throw Failure(document, options.IssuerUrl, "ISSUER_METADATA_INVALID", document.Error);
        }

        return document.MtlsEndpointAliases?.TokenEndpoint
            ?? document.TokenEndpoint
            ?? throw new SesameException("ISSUER_METADATA_INVALID", "The issuer's metadata names no token endpoint.");
    }

    private static Exception Failure(ProtocolResponse response, Uri address, string reason, string? description)
    {
        if (response.Exception is { } cause && response.HttpResponse is null)
        {
            return new SesameUnreachableException(address, cause);
        }

        return new SesameException(response.Error ?? reason, description ?? $"{address} answered {(int)response.HttpStatusCode}.");
    }
}
