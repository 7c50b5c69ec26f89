using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SesameGrpc.Gateway.Tests;

/// <summary>A certificate authority in memory.</summary>
internal sealed class TestAuthority : IDisposable
{
    public static readonly DateTimeOffset NotBefore = Samples.Now.AddDays(-1);
    public static readonly DateTimeOffset NotAfter = Samples.Now.AddDays(30);

    private readonly AsymmetricAlgorithm key;
    private readonly HashAlgorithmName hash;

    public TestAuthority(string name, AsymmetricAlgorithm key, HashAlgorithmName hash)
    {
        this.key = key;
        this.hash = hash;
        var request = Request($"CN={name}");
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true)
        );
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true)
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        Certificate = request.CreateSelfSigned(NotBefore, NotAfter);
    }

    public X509Certificate2 Certificate { get; }

    public static TestAuthority Ecdsa(string name) => new(name, ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);

    public static TestAuthority Rsa(string name) => new(name, RSA.Create(2048), HashAlgorithmName.SHA256);

    /// <summary>A client certificate with this serial number and these subject alternative names.</summary>
    public X509Certificate2 Issue(byte[] serial, Action<SubjectAlternativeNameBuilder>? names = null, string usage = "1.3.6.1.5.5.7.3.2")
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=client", own, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        if (names is not null)
        {
            var builder = new SubjectAlternativeNameBuilder();
            names(builder);
            request.CertificateExtensions.Add(builder.Build());
        }

        var generator = key is RSA rsa
            ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1)
            : X509SignatureGenerator.CreateForECDsa((ECDsa)key);
        return request.Create(Certificate.SubjectName, generator, NotBefore, NotAfter, serial);
    }

    /// <summary>A revocation list in DER.</summary>
    public byte[] Revoke(params byte[][] serials) => Revoke(hash, serials);

    public byte[] Revoke(HashAlgorithmName algorithm, params byte[][] serials)
    {
        var list = new CertificateRevocationListBuilder();
        foreach (var serial in serials)
        {
            list.AddEntry(serial, Samples.Now);
        }

        return list.Build(Certificate, BigInteger.One, NotAfter, algorithm, key is RSA ? RSASignaturePadding.Pkcs1 : null, Samples.Now);
    }

    public void Dispose()
    {
        Certificate.Dispose();
        key.Dispose();
    }

    private CertificateRequest Request(string subject) =>
        key is RSA rsa
            ? new CertificateRequest(subject, rsa, hash, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, hash);
}
