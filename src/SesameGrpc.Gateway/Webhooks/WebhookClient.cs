using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>
/// Sends one signed POST to an endpoint. Invariant: outside of the sandbox it connects to public addresses only, judged by the address that the socket is opened to,
/// so that it does not matter what a name resolved to before. No proxy, no cookies, no redirections. Whatever happens becomes an answer.
/// </summary>
internal sealed class WebhookClient : IDisposable
{
    /// <summary>Longest wait for an answer, from the look-up of the name on.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    // Of an answer's body nothing is wanted; so much is read to keep the connection.
    private const int MostDrainedBytes = 4096;
    private const int MostHeaderKilobytes = 16;

    private readonly TimeProvider time;
    private readonly HttpMessageInvoker http;

    /// <summary>Throws <see cref="ConfigurationException"/> when the CA file is not usable.</summary>
    public WebhookClient(GatewayOptions options, TimeProvider time)
    {
        this.time = time;
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = (context, token) => ConnectAsync(context.DnsEndPoint, options.Mode == GatewayMode.Sandbox, token),
            MaxResponseDrainSize = MostDrainedBytes,
            MaxResponseHeadersLength = MostHeaderKilobytes,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            UseCookies = false,
            UseProxy = false,
        };
        if (options.Webhooks.Ca.Length > 0)
        {
            handler.SslOptions.CertificateChainPolicy = ChainPolicy(options.Webhooks.Ca);
        }

        http = new HttpMessageInvoker(handler);
    }

    public async Task<WebhookAnswer> PostAsync(WebhookMessage message, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, message.Url) { Content = new ByteArrayContent(message.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("SesameGrpc-Webhooks", "1"));
        request.Headers.Add("webhook-id", message.EventId);
        request.Headers.Add("webhook-timestamp", message.TimestampSeconds.ToString());
        request.Headers.TryAddWithoutValidation("webhook-signature", message.Signature);
        var started = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            var outcome = response.IsSuccessStatusCode ? WebhookAttemptOutcome.Delivered : WebhookAttemptOutcome.StatusRefused;
            return new WebhookAnswer(outcome, (int)response.StatusCode, time.GetElapsedTime(started), RetryAfter(response));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(WebhookAttemptOutcome.TimedOut, started);
        }
        catch (HttpRequestException exception)
        {
            return Failed(OutcomeOf(exception), started);
        }
    }

    public void Dispose() => http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool anywhere, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        if (!anywhere)
        {
            addresses = Array.FindAll(addresses, WebhookAddressRules.IsPublic);
        }

        if (addresses.Length == 0)
        {
            throw new WebhookAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static WebhookAttemptOutcome OutcomeOf(HttpRequestException exception) =>
        exception.InnerException is WebhookAddressException
            ? WebhookAttemptOutcome.AddressRefused
            : exception.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError => WebhookAttemptOutcome.NameUnresolved,
                HttpRequestError.SecureConnectionError => WebhookAttemptOutcome.TlsFailed,
                HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.ConfigurationLimitExceeded =>
                    WebhookAttemptOutcome.NotHttp,
                _ => WebhookAttemptOutcome.ConnectionFailed,
            };

    private WebhookAnswer Failed(WebhookAttemptOutcome outcome, long started) => new(outcome, 0, time.GetElapsedTime(started), null);

    private TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => null,
        };

    private static X509ChainPolicy ChainPolicy(string path)
    {
        try
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(path);
            return policy.CustomTrustStore.Count > 0 ? policy : throw new CryptographicException("it has no certificate");
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"Sesame:Webhooks:Ca is \"{path}\", which is not usable: {exception.Message}");
        }
    }
}

/// <summary>None of the host's addresses may be connected to.</summary>
internal sealed class WebhookAddressException() : Exception("The host has no address that events may be pushed to.");

/// <summary>One attempt, ready to send.</summary>
internal sealed record WebhookMessage(Uri Url, string EventId, long TimestampSeconds, string Signature, byte[] Body);
