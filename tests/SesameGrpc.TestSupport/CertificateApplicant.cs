using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace SesameGrpc.TestSupport;

/// <summary>A partner's program that asks for certificates as any HTTP client can: a key of its own, a signing request, POST /certificates.</summary>
public sealed class CertificateApplicant(GatewayUnderTest gateway) : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>PKCS #10, PEM; anew each time, of the same key.</summary>
    public string Request => new CertificateRequest("CN=whoever", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    public PublicKey PublicKey => new(key);

    /// <summary>At the public listener.</summary>
    public Task<CertificateAnswer> AskWithInvitationAsync(string code) => AskAsync(gateway.PublicUrl, null, code, Request);

    /// <summary>At the partner listener.</summary>
    public Task<CertificateAnswer> AskWithCertificateAsync(X509Certificate2 certificate) =>
        AskAsync(gateway.PartnerUrl, certificate, null, Request);

    /// <summary>Asks with whatever text.</summary>
    public async Task<CertificateAnswer> AskAsync(Uri url, X509Certificate2? certificate, string? code, string request)
    {
        using var http = new HttpClient(gateway.Handler(certificate));

        // The gateway refuses a text that is too long by its length, and closes the connection on what is still being sent.
        http.DefaultRequestHeaders.ExpectContinue = true;
        if (code is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", code);
        }

        using var content = new StringContent(request);
        using var answer = await http.PostAsync(new Uri(url, "/certificates"), content);
        return new CertificateAnswer(answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.RetryAfter?.Delta);
    }

    /// <summary>The certificate of an answer with this applicant's key, fit for TLS.</summary>
    public X509Certificate2 WithKey(CertificateAnswer answer)
    {
        using var certificate = X509Certificate2.CreateFromPem(answer.Text);
        using var withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    public void Dispose() => key.Dispose();
}

/// <summary>What POST /certificates answers.</summary>
public sealed record CertificateAnswer(HttpStatusCode Status, string Text, TimeSpan? RetryAfter)
{
    /// <summary>The reason of a refusal, in the form of AIP-193, which must be complete.</summary>
    public string Reason
    {
        get
        {
            var error = JsonDocument.Parse(Text).RootElement.GetProperty("error");
            var details = error.GetProperty("details").EnumerateArray().ToDictionary(detail => detail.GetProperty("@type").GetString()!);
            var reason = details["type.googleapis.com/google.rpc.ErrorInfo"].GetProperty("reason").GetString()!;
            return
                error.GetProperty("code").GetInt32() == (int)Status
                && details.ContainsKey("type.googleapis.com/google.rpc.RequestInfo")
                && details["type.googleapis.com/google.rpc.Help"].ToString().Contains($"/errors/{reason}", StringComparison.Ordinal)
                ? reason
                : throw new InvalidOperationException($"The refusal is not complete: {Text}");
        }
    }
}
