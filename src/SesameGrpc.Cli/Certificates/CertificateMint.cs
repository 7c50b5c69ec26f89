using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SesameGrpc.Cli.Certificates;

/// <summary>Makes P-256 certificates and revocation lists for development; writes nothing.</summary>
internal sealed class CertificateMint(TimeProvider time)
{
    public static readonly TimeSpan CaLifetime = TimeSpan.FromDays(365);
    public static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(90);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    public static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    public X509Certificate2 MintAuthority(string commonName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(commonName, key);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLengthConstraint: 0));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true)
        );
        var now = time.GetUtcNow();
        return request.CreateSelfSigned(now - ClockSkew, now + CaLifetime);
    }

    public X509Certificate2 MintServer(X509Certificate2 authority)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        names.AddIpAddress(System.Net.IPAddress.IPv6Loopback);
        return MintLeaf(authority, "localhost", names, ServerAuthentication);
    }

    public X509Certificate2 MintClient(X509Certificate2 authority, string commonName, params ReadOnlySpan<Uri> identities)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var identity in identities)
        {
            names.AddUri(identity);
        }

        return MintLeaf(authority, commonName, names, ClientAuthentication);
    }

    /// <summary>A certificate that signs itself, for a partner registered with self_signed_tls_client_auth.</summary>
    public X509Certificate2 MintSelfSigned(string commonName, Uri identity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(identity);
        var request = WithLeafExtensions(Request(commonName, key), names, ClientAuthentication);
        var now = time.GetUtcNow();
        return request.CreateSelfSigned(now - ClockSkew, now + LeafLifetime);
    }

    /// <summary>Signs a partner's request (PKCS #10, DER), of which nothing but the key is taken over; the certificate has no private key.</summary>
    public X509Certificate2 SignRequest(X509Certificate2 authority, byte[] request, string commonName, Uri identity, TimeSpan lifetime)
    {
        var key = CertificateRequest
            .LoadSigningRequest(request, HashAlgorithmName.SHA256, out _, signerSignaturePadding: RSASignaturePadding.Pkcs1)
            .PublicKey;
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(identity);
        return Sign(authority, LeafRequest(commonName, names, ClientAuthentication, key), lifetime);
    }

    /// <summary>Signs a revocation list: the entries of <paramref name="previous"/> with the next number, or an empty first one.</summary>
    public byte[] MintRevocationList(X509Certificate2 authority, byte[]? previous)
    {
        var builder = new CertificateRevocationListBuilder();
        var number = System.Numerics.BigInteger.Zero;
        if (previous is not null)
        {
            builder = CertificateRevocationListBuilder.Load(previous, out number);
        }

        var now = time.GetUtcNow();
        return builder.Build(
            authority,
            number + 1,
            now + LeafLifetime,
            HashAlgorithmName.SHA256,
            rsaSignaturePadding: null,
            thisUpdate: now - ClockSkew
        );
    }

    private X509Certificate2 MintLeaf(X509Certificate2 authority, string commonName, SubjectAlternativeNameBuilder names, Oid usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(authority, LeafRequest(commonName, names, usage, new PublicKey(key)), LeafLifetime);
        return certificate.CopyWithPrivateKey(key);
    }

    private X509Certificate2 Sign(X509Certificate2 authority, CertificateRequest request, TimeSpan lifetime)
    {
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false)
        );
        var now = time.GetUtcNow();
        var end = now + lifetime;
        var lastEnd = new DateTimeOffset(authority.NotAfter);
        using var ecdsa = authority.GetECDsaPrivateKey();
        using var rsa = authority.GetRSAPrivateKey();
        var signer = ecdsa is not null
            ? X509SignatureGenerator.CreateForECDsa(ecdsa)
            : X509SignatureGenerator.CreateForRSA(rsa!, RSASignaturePadding.Pkcs1);
        return request.Create(authority.SubjectName, signer, now - ClockSkew, end < lastEnd ? end : lastEnd, SerialNumber());
    }

    private static CertificateRequest LeafRequest(string commonName, SubjectAlternativeNameBuilder names, Oid usage, PublicKey key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(commonName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return WithLeafExtensions(request, names, usage);
    }

    private static CertificateRequest WithLeafExtensions(CertificateRequest request, SubjectAlternativeNameBuilder names, Oid usage)
    {
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([usage], critical: false));
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    private static CertificateRequest Request(string commonName, ECDsa key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(commonName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    /// <summary>Sixteen random bytes, positive and without a leading zero (RFC 5280 section 4.1.2.2).</summary>
    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }
}
