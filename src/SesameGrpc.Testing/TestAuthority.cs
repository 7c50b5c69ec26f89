using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Contracts;

namespace SesameGrpc.Testing;

/// <summary>A certification authority made for one test: mints certificates in memory, and writes the PEM files that a gateway reads.</summary>
public sealed class TestAuthority : IDisposable
{
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly CertificateRevocationListBuilder revoked = new();
    private int listNumber;

    /// <summary>Makes a key and a root certificate of this name.</summary>
    public TestAuthority(string name = "Test CA")
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true)
        );
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true)
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        Certificate = request.CreateSelfSigned(Start, Start.AddYears(20));
    }

    /// <summary>A fixed time that lies before every test's clock.</summary>
    public static DateTimeOffset Start { get; } = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The root certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>A partner's certificate. Default: valid for years.</summary>
    public X509Certificate2 Partner(string id, DateTimeOffset? notAfter = null) =>
        Issue($"CN={id}", SubjectUris.PartnerPrefix + id, ClientUsage, notAfter);

    /// <summary>A partner's certificate of a key that is elsewhere.</summary>
    public X509Certificate2 PartnerOfKey(string id, PublicKey publicKey)
    {
        var request = new CertificateRequest(new X500DistinguishedName($"CN={id}"), publicKey, HashAlgorithmName.SHA256);
        return Sign(request, SubjectUris.PartnerPrefix + id, ClientUsage, null);
    }

    /// <summary>An operator's certificate.</summary>
    public X509Certificate2 Operator(string id) => Issue($"CN={id}", SubjectUris.OperatorPrefix + id, ClientUsage, null);

    /// <summary>A client certificate that names somebody by this URI.</summary>
    public X509Certificate2 Client(string uri) => Issue("CN=client", uri, ClientUsage, null);

    /// <summary>A server certificate for localhost.</summary>
    public X509Certificate2 Server() => Issue("CN=localhost", null, ServerUsage, null);

    /// <summary>A client certificate that nobody vouches for but itself.</summary>
    public static X509Certificate2 SelfSigned(string name)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ClientUsage)], critical: false));
        using var certificate = request.CreateSelfSigned(Start, Start.AddYears(20));
        return Usable(certificate);
    }

    /// <summary>Puts a certificate on the revocation list.</summary>
    public void Revoke(X509Certificate2 certificate) => revoked.AddEntry(certificate, Start.AddDays(1));

    /// <summary>The revocation list, PEM.</summary>
    public string RevocationList()
    {
        var list = revoked.Build(Certificate, ++listNumber, Start.AddYears(20), HashAlgorithmName.SHA256, thisUpdate: Start);
        return PemEncoding.WriteString("X509 CRL", list);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        key.Dispose();
    }

    private X509Certificate2 Issue(string subject, string? uri, string usage, DateTimeOffset? notAfter)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(new CertificateRequest(subject, own, HashAlgorithmName.SHA256), uri, usage, notAfter);
        using var withKey = certificate.CopyWithPrivateKey(own);
        return Usable(withKey);
    }

    private X509Certificate2 Sign(CertificateRequest request, string? uri, string usage, DateTimeOffset? notAfter)
    {
        var names = new SubjectAlternativeNameBuilder();
        if (uri is null)
        {
            names.AddDnsName("localhost");
            names.AddIpAddress(IPAddress.Loopback);
        }
        else
        {
            names.AddUri(new Uri(uri));
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        return request.Create(Certificate, Start, notAfter ?? Start.AddYears(19), RandomNumberGenerator.GetBytes(12));
    }

    // A certificate whose key only lives in memory cannot be used for TLS on every platform; a round trip through PKCS #12 can.
    private static X509Certificate2 Usable(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
}

/// <summary>Writes certificates as the PEM files that servers and foreign clients read.</summary>
public static class PemFiles
{
    /// <summary>Writes a certificate.</summary>
    public static void Write(string path, X509Certificate2 certificate) => File.WriteAllText(path, certificate.ExportCertificatePem());

    /// <summary>Writes a certificate and its key.</summary>
    public static void WriteWithKey(string path, string keyPath, X509Certificate2 certificate)
    {
        Write(path, certificate);
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
    }
}
