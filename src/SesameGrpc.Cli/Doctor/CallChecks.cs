using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Doctor;

/// <summary>What the gateway and the issuer say to this partner: from the certificate to a call.</summary>
internal static class CallChecks
{
    /// <summary>A token lives for minutes, and the Date header has whole seconds.</summary>
    private static readonly TimeSpan MostClockSkew = TimeSpan.FromSeconds(60);

    /// <summary>A health check needs a certificate and no token: its refusal is about the certificate or the partner.</summary>
    public static async Task<Finding> GatewayAsync(PartnerSetup setup, CancellationToken cancellationToken)
    {
        var url = setup.GatewayUrl;
        using var handler = MutualTlsHandler.Create(setup.Options.Certificate, resumeSessions: false);
        using var channel = GrpcChannel.ForAddress(url, new GrpcChannelOptions { HttpHandler = handler });
        try
        {
            var deadline = setup.Time.GetUtcNow().Add(PartnerSetup.Patience).UtcDateTime;
            var answer = await new Health.HealthClient(channel).CheckAsync(
                new HealthCheckRequest(),
                deadline: deadline,
                cancellationToken: cancellationToken
            );
            return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving
                ? Finding.Ok("It takes the certificate, knows the partner and serves.")
                : Finding.Wrong(
                    $"{url.Authority} is up, but not ready: {answer.Status}.",
                    "Its store does not answer. The operator finds the cause in the log and at /health/ready; try again later."
                );
        }
        catch (RpcException refused)
        {
            return Refused(SesameException.From(refused), url);
        }
    }

    /// <summary>RFC 8414 section 3.3: the metadata names the issuer by the address that they were fetched from.</summary>
    public static async Task<Finding> IssuerAsync(PartnerSetup setup, CancellationToken cancellationToken)
    {
        var address = setup.Options.IssuerUrl!.AbsoluteUri.TrimEnd('/');
        using var handler = MutualTlsHandler.Create(setup.Options.Certificate, resumeSessions: false);
        using var http = new HttpClient(handler, disposeHandler: false) { Timeout = PartnerSetup.Patience };
        const string Fix = "Correct --issuer: it is the gateway's public listener, 7444, or the issuer that the operator named.";
        try
        {
            using var response = await http.GetAsync(new Uri($"{address}/.well-known/openid-configuration"), cancellationToken);
            setup.ClockAhead = setup.Time.GetUtcNow() - response.Headers.Date;
            if (!response.IsSuccessStatusCode)
            {
                return Finding.Wrong($"{address} answers {(int)response.StatusCode} where an issuer has its metadata.", Fix);
            }

            using var metadata = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
            var issuer = metadata.RootElement.TryGetProperty("issuer", out var name) ? name.GetString()?.TrimEnd('/') : null;
            return issuer == address
                ? Finding.Ok(address)
                : Finding.Wrong(
                    $"The issuer at {address} calls itself {issuer ?? "nothing"}.",
                    issuer is null ? Fix : $"Use --issuer {issuer}."
                );
        }
        catch (Exception exception)
            when (exception is HttpRequestException or JsonException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return Finding.Wrong($"{address} gives no metadata: {exception.GetBaseException().Message}", Fix);
        }
    }

    public static Finding Clock(PartnerSetup setup) =>
        setup.ClockAhead switch
        {
            null => Finding.Absent("The issuer does not tell the time."),
            { } ahead when ahead.Duration() > MostClockSkew => Finding.Wrong(
                $"This machine's clock is {ahead.Duration():d\\.hh\\:mm\\:ss} {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the gateway's.",
                "Have it set by NTP: timedatectl set-ntp true. Tokens and certificates count by the clock."
            ),
            _ => Finding.Ok("Agrees with the gateway's."),
        };

    public static async Task<Finding> TokenAsync(PartnerSetup setup, CancellationToken cancellationToken)
    {
        if (setup.GivenToken is { } given)
        {
            setup.Token = new AccessToken(given, "Bearer", 0, "", setup.Time.GetUtcNow());
            return Finding.Ok("The one that was given.");
        }

        using var client = new SesameClient(setup.Options, setup.Time);
        try
        {
            setup.Token = await client.GetAccessTokenAsync(cancellationToken);
            return Finding.Ok($"{setup.Token.ExpiresInSeconds} s for {setup.Token.Scope}.");
        }
        catch (SesameException unreachable) when (unreachable.IsUnreachable)
        {
            return Finding.Wrong(
                $"The token endpoint that the issuer's metadata name: {unreachable.Message}",
                "The operator corrects Sesame:Listeners:PartnerUrl, or the issuer its metadata."
            );
        }
        catch (SesameException refused)
        {
            return Finding.Wrong($"The issuer gives no token ({refused.ReasonName}): {refused.Message}", Remedy.For(refused));
        }
    }

    /// <summary>RFC 8705 section 3.1: the token names the certificate that it counts with.</summary>
    public static Finding TokenBinding(PartnerSetup setup)
    {
        var own = Base64Url.EncodeToString(SHA256.HashData(setup.Certificate!.RawDataMemory.Span));
        return setup.Token!.BoundThumbprint switch
        {
            null => Finding.Wrong(
                "The token is bound to no certificate, so the gateway does not take it.",
                "Request it over mutual TLS, at the alias of the token endpoint (mtls_endpoint_aliases)."
            ),
            var bound when bound != own => Finding.Wrong(
                $"The token is bound to the certificate with x5t#S256 {bound}; this one has {own}.",
                "Request the token with the certificate that you call with; a proxy that shows one of its own must pass TLS on unopened."
            ),
            _ => Finding.Ok("To this certificate."),
        };
    }

    /// <summary>A call that tells of nobody. That its scope is missing is as good an answer: the token was taken.</summary>
    public static async Task<Finding> CallAsync(PartnerSetup setup, CancellationToken cancellationToken)
    {
        setup.Options.TokenProvider = _ => Task.FromResult(setup.Token!.Value);
        using var client = new SesameClient(setup.Options, setup.Time);
        try
        {
            var answer = await client.Eligibility.ListProgrammesAsync(new ListProgrammesRequest(), cancellationToken: cancellationToken);
            return Finding.Ok($"ListProgrammes answers: {string.Join(", ", answer.Programmes.Select(programme => programme.Programme))}.");
        }
        catch (SesameException refused) when (refused.Reason == ErrorReason.ScopeMissing)
        {
            return Finding.Ok("The token counts; its scopes do not include eligibility.check.");
        }
        catch (SesameException refused)
        {
            return Refused(refused, setup.GatewayUrl);
        }
    }

    private static Finding Refused(SesameException error, Uri url) =>
        error.ReasonName is null
            ? Finding.Wrong(
                $"{url.Authority} is no partner listener of a gateway: {error.StatusCode}, {error.Message}",
                "Correct --gateway: partners call the partner listener, 7443."
            )
            : Finding.Wrong($"{error.ReasonName}: {error.Message}", Remedy.For(error));
}
