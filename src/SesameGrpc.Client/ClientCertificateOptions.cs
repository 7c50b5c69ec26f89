using System.Security.Cryptography.X509Certificates;

namespace SesameGrpc.Client;

/// <summary>
/// Where a client certificate is: in PEM files, in a PKCS #12 file or in a store of the machine; exactly one of the three. It is read again when it changes, and replaced without a failed call.
/// </summary>
public sealed class ClientCertificateOptions
{
    /// <summary>PEM file of the certificate, followed by its intermediates if there are any.</summary>
    public string CertificatePath { get; set; } = "";

    /// <summary>PEM file of the certificate's private key, PKCS #8 or SEC 1, not encrypted.</summary>
    public string KeyPath { get; set; } = "";

    /// <summary>PKCS #12 file (PFX) of certificate and key.</summary>
    public string PfxPath { get; set; } = "";

    /// <summary>Password of the PKCS #12 file. Default: none.</summary>
    public string PfxPassword { get; set; } = "";

    /// <summary>Common name in the machine's store "My"; of several valid certificates the newest counts, so that a renewed one is taken by itself.</summary>
    public string StoreSubject { get; set; } = "";

    /// <summary>SHA-1 thumbprint in the machine's store "My", hexadecimal.</summary>
    public string StoreThumbprint { get; set; } = "";

    /// <summary>Whose store it is. Default: the current user's.</summary>
    public StoreLocation StoreLocation { get; set; } = StoreLocation.CurrentUser;

    /// <summary>PEM file of the only roots from which the gateway's certificate is accepted. Required: the machine's roots do not count.</summary>
    public string CaPath { get; set; } = "";

    /// <summary>A certificate in PEM files.</summary>
    public static ClientCertificateOptions FromPem(string certificatePath, string keyPath, string caPath) =>
        new()
        {
            CertificatePath = certificatePath,
            KeyPath = keyPath,
            CaPath = caPath,
        };

    /// <summary>A certificate in a PKCS #12 file.</summary>
    public static ClientCertificateOptions FromPfx(string pfxPath, string password, string caPath) =>
        new()
        {
            PfxPath = pfxPath,
            PfxPassword = password,
            CaPath = caPath,
        };
}
