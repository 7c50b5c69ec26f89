using System.Net;
using Duende.IdentityModel.Client;
using Grpc.Core;

namespace SesameGrpc.Client.Connections;

/// <summary>
/// Obtains certificate-bound access tokens, keeps the current one and renews it when a fifth of its lifetime is left; one request at a time. While the token at hand still counts,
/// nobody waits for the renewal but who makes it, and an issuer that does not answer harms nobody.
/// </summary>
internal sealed class AccessTokenSource : IDisposable
{
    private const string MetadataInvalid = "ISSUER_METADATA_INVALID";
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    private readonly SesameClientOptions options;
    private readonly TimeProvider time;
    private readonly HttpClient http;
    private readonly SemaphoreSlim single = new(1, 1);
    private AccessToken? latest;
    private DateTimeOffset renewNotBefore;
    private string? tokenEndpoint;

    /// <summary>Makes a source that sends its requests through <paramref name="handler"/>, which presents the client certificate.</summary>
    public AccessTokenSource(SesameClientOptions options, HttpMessageHandler handler, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        http = new HttpClient(handler, disposeHandler: false) { Timeout = options.CallTimeout };
    }

    /// <summary>Returns a token that still counts.</summary>
    public async ValueTask<AccessToken> GetAsync(CancellationToken cancellationToken)
    {
        var held = Volatile.Read(ref latest);
        if (held is not null && IsFresh(held))
        {
            return held;
        }

        var canGoOn = held is not null && Counts(held);
        if (!await single.WaitAsync(canGoOn ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, cancellationToken))
        {
            return held!;
        }

        try
        {
            return latest is { } current && IsFresh(current) ? current : await RenewAsync(cancellationToken);
        }
        finally
        {
            single.Release();
        }
    }

    /// <summary>The token at hand, if there is one.</summary>
    public AccessToken? Latest => Volatile.Read(ref latest);

    /// <summary>Drops a token that the gateway did not take, unless there is another one already.</summary>
    public void Forget(AccessToken? refused) => Interlocked.CompareExchange(ref latest, null, refused);

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        single.Dispose();
    }

    private bool IsFresh(AccessToken token) => AgeOf(token) < 0.8 || (Counts(token) && time.GetUtcNow() < renewNotBefore);

    private bool Counts(AccessToken token) => AgeOf(token) < 1;

    // As a part of its lifetime. A token from the future was issued before the clock was set back; nobody knows how old it is.
    private double AgeOf(AccessToken token)
    {
        var age = time.GetUtcNow() - token.IssueTime;
        return age < TimeSpan.Zero ? double.PositiveInfinity : age.TotalSeconds / token.ExpiresInSeconds;
    }

    private async Task<AccessToken> RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            var renewed = await InTimeAsync(cancellationToken);
            Volatile.Write(ref latest, renewed);
            return renewed;
        }
        catch (SesameException) when (latest is { } current && Counts(current))
        {
            renewNotBefore = time.GetUtcNow() + PauseAfterFailure;
            return latest;
        }
    }

    private async Task<AccessToken> InTimeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await RequestAsync(cancellationToken);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw SesameException.Unreachable(options.IssuerUrl!, late);
        }
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
            Address = options.IssuerUrl!.AbsoluteUri.TrimEnd('/'),
            // The aliases live on another port than the issuer; the issuer's name and TLS are still checked.
            Policy = new DiscoveryPolicy { ValidateEndpoints = false, RequireKeySet = false },
        };
        var document = await http.GetDiscoveryDocumentAsync(request, cancellationToken);
        if (document.IsError)
        {
            throw Failure(document, options.IssuerUrl, MetadataInvalid, document.Error);
        }

        return document.MtlsEndpointAliases?.TokenEndpoint
            ?? document.TokenEndpoint
            ?? throw new SesameException(StatusCode.Unauthenticated, MetadataInvalid, "The issuer's metadata names no token endpoint.");
    }

    private static SesameException Failure(ProtocolResponse response, Uri address, string reason, string? description)
    {
        if (response.Exception is { } cause && response.HttpResponse is null)
        {
            return SesameException.Unreachable(address, cause);
        }

        // An issuer that is starting, or behind something that is: nothing was decided.
        return response.HttpStatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
            ? new SesameException(StatusCode.Unavailable, null, $"{address} answered {(int)response.HttpStatusCode}.")
            : new SesameException(
                StatusCode.Unauthenticated,
                response.TryGet("error") ?? reason,
                response.TryGet("error_description") ?? description ?? $"{address} answered {(int)response.HttpStatusCode}."
            );
    }
}
