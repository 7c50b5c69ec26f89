using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Tls;

/// <summary>
/// The certificate whose key the client proved to hold in this connection's handshake, and the verdict on it. The handshake takes any
/// certificate, so that a caller with a wrong one learns why from its first call instead of from a closed connection; no call
/// passes without a good verdict.
/// </summary>
internal sealed class ClientCertificate
{
    private volatile DatedVerdict? dated;

    public ClientCertificate(X509Certificate2 certificate, IEnumerable<X509Certificate2> intermediates)
    {
        Certificate = certificate;
        Intermediates = [.. intermediates];
        var hash = SHA256.HashData(certificate.RawDataMemory.Span);
        Thumbprint = Convert.ToHexStringLower(hash);
        ConfirmationThumbprint = Base64UrlEncoder.Encode(hash);
    }

    public X509Certificate2 Certificate { get; }

    public X509Certificate2Collection Intermediates { get; }

    /// <summary>SHA-256 of the DER form, 64 lower-case hexadecimal digits.</summary>
    public string Thumbprint { get; }

    /// <summary>The same as the claim x5t#S256 has it (RFC 8705 section 3.1).</summary>
    public string ConfirmationThumbprint { get; }

    /// <summary>The thumbprint of any certificate.</summary>
    public static string ThumbprintOf(X509Certificate2 certificate) =>
        Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span));

    /// <summary>The verdict reached at this epoch, if any, while every certificate that it rests on is valid.</summary>
    public CertificateVerdict? VerdictAt(long epoch, DateTimeOffset now) =>
        dated is { } known && known.Epoch == epoch && now.UtcDateTime <= known.Verdict.ExpireTime ? known.Verdict : null;

    public void Keep(long epoch, CertificateVerdict verdict) => dated = new DatedVerdict(epoch, verdict);

    private sealed record DatedVerdict(long Epoch, CertificateVerdict Verdict);
}

/// <summary>Whom a certificate names, or why it is refused: exactly one of the first three is set. ExpireTime is when the first certificate that it rests on ends.</summary>
internal sealed record CertificateVerdict(string? Partner, string? Operator, Refusal? Refusal, DateTime ExpireTime);
