using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Contracts;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Tls;

namespace SesameGrpc.Gateway.Onboarding;

/// <summary>The CA by which the gateway signs partners' certificates, where it has one. Invariant: it signs for client authentication only, and names one partner.</summary>
internal sealed class IssuingAuthority : IDisposable
{
    private const string Setting = "Sesame:Onboarding:IssuerCertificate";
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);
    private static readonly Oid ClientAuthenticationUsage = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2? authority;
    private readonly TimeSpan lifetime;

    public IssuingAuthority(GatewayOptions options, TlsMaterialSource tls)
    {
        lifetime = TimeSpan.FromDays(options.Onboarding.CertificateDays);
        authority = options.Onboarding.IssuerCertificate.Length == 0 ? null : Read(options.Onboarding, tls.Current.PartnerCa);
    }

    /// <summary>Whether there is a key to sign with; else requests wait for an operator.</summary>
    public bool CanSign => authority is not null;

    /// <summary>A certificate of the key that names the partner, from now on; it ends with its CA at the latest.</summary>
    public X509Certificate2 Issue(string partner, PublicKey key, DateTimeOffset now)
    {
        var issuer = authority ?? throw new InvalidOperationException("The gateway has no key to sign certificates with.");
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(partner);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(SubjectUris.PartnerPrefix + partner));
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ClientAuthenticationUsage], critical: false));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false)
        );
        var lastEnd = new DateTimeOffset(issuer.NotAfter);
        var end = now + lifetime < lastEnd ? now + lifetime : lastEnd;
        using var ecdsa = issuer.GetECDsaPrivateKey();
        using var rsa = issuer.GetRSAPrivateKey();
        var signer = ecdsa is not null
            ? X509SignatureGenerator.CreateForECDsa(ecdsa)
            : X509SignatureGenerator.CreateForRSA(rsa!, RSASignaturePadding.Pkcs1);
        return request.Create(issuer.SubjectName, signer, now - ClockSkew, end, NewSerial());
    }

    public void Dispose() => authority?.Dispose();

    // Sixteen random bytes, positive and without a leading zero (RFC 5280 section 4.1.2.2).
    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }

    private static X509Certificate2 Read(OnboardingOptions options, X509Certificate2Collection partnerCa)
    {
        X509Certificate2 ca;
        try
        {
            ca = X509Certificate2.CreateFromPemFile(options.IssuerCertificate, options.IssuerKey);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or IOException)
        {
            throw Refused(
                options,
                "a CA certificate, and in Onboarding:IssuerKey its key, RSA or on an elliptic curve, PEM and not encrypted"
            );
        }

        var isAuthority = ca.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority);
        return isAuthority && partnerCa.Any(known => known.RawDataMemory.Span.SequenceEqual(ca.RawDataMemory.Span))
            ? ca
            : throw Refused(options, "one of the CA certificates of Tls:PartnerCa");
    }

    private static ConfigurationException Refused(OnboardingOptions options, string allowed) =>
        new($"{Setting} is \"{options.IssuerCertificate}\"; allowed: {allowed}.");
}
