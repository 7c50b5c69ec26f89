using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Contracts;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Tls;

namespace SesameGrpc.Gateway.Identity;

/// <summary>
/// Decides who a client certificate names: a partner (RFC 8705 section 2: issued by the partner CA with the partner's URI, or self-signed and
/// registered) or an operator. A verdict holds until the trust epoch rises or the certificate ends.
/// </summary>
internal sealed class CertificateTrust(
    TlsMaterialSource tls,
    PartnerDirectory partners,
    SeenCertificates seen,
    TrustEpoch epoch,
    TimeProvider time
)
{
    private static readonly Oid ClientAuthenticationUsage = new("1.3.6.1.5.5.7.3.2");

    /// <summary>The verdict on a partner's certificate, from the connection's memory when it still stands.</summary>
    public CertificateVerdict OfPartner(ClientCertificate certificate) => Current(certificate, JudgePartner);

    /// <summary>The verdict on an operator's certificate, from the connection's memory when it still stands.</summary>
    public CertificateVerdict OfOperator(ClientCertificate certificate) => Current(certificate, JudgeOperator);

    private CertificateVerdict Current(ClientCertificate certificate, Func<ClientCertificate, CertificateVerdict> judge)
    {
        var now = time.GetUtcNow();
        var seenEpoch = epoch.Current;
        if (certificate.VerdictAt(seenEpoch, now) is { } known)
        {
            return known;
        }

        // Not kept: a certificate that is not valid yet becomes so without any change of trust.
        if (ValidityRefusal(certificate.Certificate, now) is { } refusal)
        {
            return Refused(refusal, certificate);
        }

        var verdict = judge(certificate);
        if (verdict.Partner is { } partner)
        {
            seen.Add(partner, certificate);
        }

        certificate.Keep(seenEpoch, verdict);
        return verdict;
    }

    private CertificateVerdict JudgePartner(ClientCertificate certificate)
    {
        var directory = partners.Current;
        if (directory.IsRevoked(certificate.Thumbprint))
        {
            return Refused(Refuse.CertificateRevoked(), certificate);
        }

        if (directory.PartnerOfRegisteredCertificate(certificate.Thumbprint) is { } registered)
        {
            return new CertificateVerdict(registered, null, null, EndOf(certificate.Certificate));
        }

        return JudgeChain(
            certificate,
            tls.Current.PartnerCa,
            SubjectUris.PartnerPrefix,
            (id, end) => new CertificateVerdict(id, null, null, end)
        );
    }

    private CertificateVerdict JudgeOperator(ClientCertificate certificate) =>
        JudgeChain(
            certificate,
            tls.Current.OperatorCa,
            SubjectUris.OperatorPrefix,
            (id, end) => new CertificateVerdict(null, id, null, end)
        );

    private CertificateVerdict JudgeChain(
        ClientCertificate client,
        X509Certificate2Collection authorities,
        string prefix,
        Func<string, DateTime, CertificateVerdict> named
    )
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(client.Intermediates);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(ClientAuthenticationUsage);
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        if (!chain.Build(client.Certificate))
        {
            var statuses = string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct());
            return Refused(Refuse.CertificateUnknown($"no CA of this listener vouches for it ({statuses})"), client);
        }

        var links = chain.ChainElements.Select(element => element.Certificate).ToList();
        if (links.Any(link => tls.Current.Revocations.Any(list => list.Revokes(link))))
        {
            return Refused(Refuse.CertificateRevoked(), client);
        }

        return SubjectUris.IdOf(client.Certificate, prefix) is { } id
            ? named(id, links.Min(EndOf))
            : Refused(Refuse.CertificateUnknown($"it does not have exactly one subject alternative name URI {prefix}<id>"), client);
    }

    private static DateTime EndOf(X509Certificate2 certificate) => certificate.NotAfter.ToUniversalTime();

    private static Refusal? ValidityRefusal(X509Certificate2 certificate, DateTimeOffset now)
    {
        if (now.UtcDateTime > certificate.NotAfter.ToUniversalTime())
        {
            return Refuse.CertificateUnknown($"it expired at {certificate.NotAfter.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ}");
        }

        return now.UtcDateTime < certificate.NotBefore.ToUniversalTime()
            ? Refuse.CertificateUnknown($"it is not valid before {certificate.NotBefore.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ}")
            : null;
    }

    private static CertificateVerdict Refused(Refusal refusal, ClientCertificate certificate) =>
        new(null, null, refusal, EndOf(certificate.Certificate));
}
