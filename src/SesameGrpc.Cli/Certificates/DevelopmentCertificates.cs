using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Client;
using SesameGrpc.Contracts;

namespace SesameGrpc.Cli.Certificates;

/// <summary>The development certificates in one directory: minted when missing, of another CA, or within two weeks of their end.</summary>
internal sealed class DevelopmentCertificates(string directory, TimeProvider time)
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(14);
    private readonly CertificateMint mint = new(time);

    public string CaPath => Path.Combine(directory, "ca.pem");

    public string CaKeyPath => Path.Combine(directory, "ca.key.pem");

    public string ServerPath => Path.Combine(directory, "server.pem");

    public string ServerKeyPath => Path.Combine(directory, "server.key.pem");

    public string RevocationListPath => Path.Combine(directory, "crl.pem");

    public ClientCertificateOptions Operator => Client(directory, "operator");

    /// <summary>What the gateway shows to the payment system.</summary>
    public ClientCertificateOptions Gateway => Client(directory, "gateway");

    /// <summary>Whether certificates can be minted here.</summary>
    public bool HasAuthority => File.Exists(CaPath) && File.Exists(CaKeyPath);

    public ClientCertificateOptions Partner(string partnerId) => Client(Path.Combine(directory, "partners"), partnerId);

    /// <summary>Brings CA, server, operator, gateway and revocation list up to date; returns how many files were written anew.</summary>
    public int EnsureBase()
    {
        Directory.CreateDirectory(directory);
        var minted = 0;
        if (LoadAuthority() is not { } authority)
        {
            authority = mint.MintAuthority("SesameGrpc development CA");
            PemFile.WriteKey(CaKeyPath, authority);
            PemFile.WriteCertificate(CaPath, authority);
            File.Delete(RevocationListPath);
            minted++;
        }

        using (authority)
        {
            minted += EnsureLeaf(authority, ServerPath, ServerKeyPath, () => mint.MintServer(authority));
            minted += EnsureLeaf(
                authority,
                Operator.CertificatePath,
                Operator.KeyPath,
                () => mint.MintClient(authority, "dev operator", new Uri(SubjectUris.OperatorPrefix + "dev"))
            );
            minted += EnsureLeaf(
                authority,
                Gateway.CertificatePath,
                Gateway.KeyPath,
                () => mint.MintClient(authority, "dev gateway", new Uri("urn:sesame:gateway:dev"))
            );
            minted += EnsureRevocationList(authority);
        }

        return minted;
    }

    /// <summary>Brings one partner's certificate up to date; false when it was already good.</summary>
    public bool EnsurePartner(string partnerId)
    {
        using var authority =
            LoadAuthority() ?? throw new CryptographicException($"No usable development CA in {directory}; run `sesame dev` first.");
        var files = Partner(partnerId);
        return EnsureLeaf(
                authority,
                files.CertificatePath,
                files.KeyPath,
                () => mint.MintClient(authority, partnerId, PartnerIdentity(partnerId))
            ) > 0;
    }

    /// <summary>Mints a certificate that signs itself and returns it as DER, for registration.</summary>
    public byte[] MintSelfSignedPartner(string partnerId)
    {
        using var certificate = mint.MintSelfSigned(partnerId, PartnerIdentity(partnerId));
        var files = Partner(partnerId);
        PemFile.WriteKey(files.KeyPath, certificate);
        PemFile.WriteCertificate(files.CertificatePath, certificate);
        return certificate.RawData;
    }

    public static Uri PartnerIdentity(string partnerId) => new(SubjectUris.PartnerPrefix + partnerId);

    private ClientCertificateOptions Client(string folder, string name) =>
        ClientCertificateOptions.FromPem(Path.Combine(folder, name + ".pem"), Path.Combine(folder, name + ".key.pem"), CaPath);

    private X509Certificate2? LoadAuthority()
    {
        if (!HasAuthority)
        {
            return null;
        }

        try
        {
            var authority = X509Certificate2.CreateFromPemFile(CaPath, CaKeyPath);
            if (LastsLongEnough(authority.NotAfter))
            {
                return authority;
            }

            authority.Dispose();
        }
        catch (CryptographicException)
        {
            // Certificate and key do not belong together: a start was cut off between the two files. Mint both again.
        }

        return null;
    }

    private int EnsureLeaf(X509Certificate2 authority, string certificatePath, string keyPath, Func<X509Certificate2> mint)
    {
        if (IsGood(authority, certificatePath, keyPath))
        {
            return 0;
        }

        using var certificate = mint();
        PemFile.WriteKey(keyPath, certificate);
        PemFile.WriteCertificate(certificatePath, certificate);
        return 1;
    }

    private bool IsGood(X509Certificate2 authority, string certificatePath, string keyPath)
    {
        if (!File.Exists(certificatePath) || !File.Exists(keyPath))
        {
            return false;
        }

        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            return LastsLongEnough(certificate.NotAfter) && IsIssuedBy(authority, certificate);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool IsIssuedBy(X509Certificate2 authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    /// <summary>A list of revoked certificates is carried over when it is renewed, never emptied.</summary>
    private int EnsureRevocationList(X509Certificate2 authority)
    {
        byte[]? previous = null;
        if (File.Exists(RevocationListPath))
        {
            if (LastsLongEnough(File.GetLastWriteTimeUtc(RevocationListPath) + CertificateMint.LeafLifetime))
            {
                return 0;
            }

            previous = PemFile.ReadRevocationList(RevocationListPath);
        }

        PemFile.WriteRevocationList(RevocationListPath, mint.MintRevocationList(authority, previous));
        return 1;
    }

    private bool LastsLongEnough(DateTime end) => end.ToUniversalTime() - time.GetUtcNow().UtcDateTime > RenewBefore;
}
