using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Client;

namespace SesameGrpc.Cli.Certificates;

/// <summary>
/// A partner's key and certificate as files, and those that are to follow them, beside them with ".next". Invariant: wherever it is cut off, the same again goes on with the same key, and
/// key and certificate end up together.
/// </summary>
internal sealed class PartnerCredential(ClientCertificateOptions files, string partner)
{
    private readonly string nextKey = files.KeyPath + ".next";
    private readonly string nextCertificate = files.CertificatePath + ".next";

    /// <summary>Whether there is a certificate that has not ended, after what was cut off before is finished.</summary>
    public bool IsValidAt(DateTimeOffset now)
    {
        Finish();
        if (!File.Exists(files.CertificatePath) || !File.Exists(files.KeyPath))
        {
            return false;
        }

        using var certificate = X509Certificate2.CreateFromPemFile(files.CertificatePath, files.KeyPath);
        return certificate.NotAfter.ToUniversalTime() > now.UtcDateTime;
    }

    /// <summary>A signing request (PKCS #10, PEM) of the key that is to follow; it is made now unless it is there.</summary>
    public string RequestNext()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(nextKey))
        {
            key.ImportFromPem(File.ReadAllText(nextKey));
        }
        else
        {
            PemFile.WriteKey(nextKey, key);
        }

        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(partner);
        return new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
    }

    /// <summary>Puts the certificate of the key that was to follow, and the key, in their places.</summary>
    public void Accept(string pem)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem, File.ReadAllText(nextKey));
        PemFile.WriteCertificate(nextCertificate, certificate);
        Finish();
    }

    // The certificate is written before the key moves, so that the key's place never has one whose certificate is lost.
    private void Finish()
    {
        if (!File.Exists(nextCertificate))
        {
            return;
        }

        if (File.Exists(nextKey))
        {
            File.Move(nextKey, files.KeyPath, overwrite: true);
        }

        File.Move(nextCertificate, files.CertificatePath, overwrite: true);
    }
}
