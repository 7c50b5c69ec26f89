using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;

namespace SesameGrpc.Cli.Certificates;

/// <summary>Where a gateway takes signing requests: POST /certificates, with an invitation at the public listener, with the certificate in use at the partner listener.</summary>
internal sealed class CertificateDesk : IDisposable
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);
    private readonly HttpClient http;
    private readonly Uri address;
    private readonly TimeProvider time;

    private CertificateDesk(SocketsHttpHandler handler, Uri url, TimeProvider time)
    {
        http = new HttpClient(handler) { Timeout = CallTimeout };
        address = new Uri(url, "/certificates");
        this.time = time;
    }

    /// <summary>At the public listener; the gateway is recognised by this CA file alone.</summary>
    public static CertificateDesk WithInvitation(Uri publicUrl, string caPath, string invitation, TimeProvider time)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(caPath);
        var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } };
        var desk = new CertificateDesk(handler, publicUrl, time);
        desk.http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", invitation);
        return desk;
    }

    /// <summary>At the partner listener.</summary>
    public static CertificateDesk WithCertificate(Uri partnerUrl, ClientCertificateOptions files, TimeProvider time) =>
        new(MutualTlsHandler.Create(files, resumeSessions: false), partnerUrl, time);

    /// <summary>The CA of the gateway, PEM, if it has this SHA-256. The connection itself is not trusted: nothing is sent, and what comes counts by its hash alone.</summary>
    public static async Task<X509Certificate2> FetchCaAsync(
        Uri publicUrl,
        string sha256,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
#pragma warning disable CA5359 // See above.
        var anybody = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true };
#pragma warning restore CA5359
        using var desk = new CertificateDesk(new SocketsHttpHandler { SslOptions = anybody }, publicUrl, time);
        using var answer = await desk.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, new Uri(publicUrl, "/certificates/ca")),
            cancellationToken
        );
        var pem = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (answer.IsSuccessStatusCode && PemEncoding.TryFind(pem, out _))
        {
            var authority = X509Certificate2.CreateFromPem(pem);
            if (Convert.ToHexStringLower(SHA256.HashData(authority.RawData)) == sha256)
            {
                return authority;
            }

            authority.Dispose();
        }

        throw new SesameException(
            StatusCode.Unauthenticated,
            "CA_MISMATCH",
            $"{publicUrl} does not have the CA whose SHA-256 is {sha256}: somebody else answers there, or the invitation is of another gateway."
        );
    }

    /// <summary>Sends the request, again and again while it waits for a signature; null: it waits still when the time is over.</summary>
    public async Task<string?> AskAsync(string request, TimeSpan longest, Action whileWaiting, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            using var content = new StringContent(request);
            using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = content }, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return text;
            }

            if (answer.StatusCode != HttpStatusCode.Accepted)
            {
                throw HttpRefusal.Of(text)
                    ?? (Exception)
                        new SesameException(StatusCode.Unknown, "NO_CERTIFICATE", $"{address} answered {(int)answer.StatusCode}.");
            }

            var pause = answer.Headers.RetryAfter?.Delta ?? CallTimeout;
            if (time.GetElapsedTime(began) + pause > longest)
            {
                return null;
            }

            whileWaiting();
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using (request)
            {
                return await http.SendAsync(request, cancellationToken);
            }
        }
        catch (HttpRequestException exception)
        {
            throw new SesameException(
                StatusCode.Unavailable,
                null,
                $"{address} does not answer: {exception.GetBaseException().Message}",
                exception
            );
        }
    }
}
