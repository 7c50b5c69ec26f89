using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SesameGrpc.Client.Connections;

/// <summary>A client certificate with its key, its intermediates and the roots for the other side, read at one moment; immutable.</summary>
internal sealed class CertificateMaterial : IDisposable
{
    private CertificateMaterial(X509Certificate2 certificate, X509Certificate2Collection intermediates, X509Certificate2Collection roots)
    {
        Certificate = certificate;
        Intermediates = intermediates;
        Roots = roots;
    }

    public X509Certificate2 Certificate { get; }

    public X509Certificate2Collection Intermediates { get; }

    public X509Certificate2Collection Roots { get; }

    public DateTimeOffset ExpireTime => new(Certificate.NotAfter.ToUniversalTime());

    /// <summary>Whether reading fails in this way when files or stores do not hold what they should.</summary>
    public static bool IsFault(Exception fault) =>
        fault is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    public static CertificateMaterial Read(ClientCertificateOptions options, DateTimeOffset now)
    {
        var intermediates = new X509Certificate2Collection();
        var certificate = ReadCertificate(options, intermediates, now);
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(options.CaPath);
        return roots.Count > 0
            ? new CertificateMaterial(certificate, intermediates, roots)
            : throw new CryptographicException($"CaPath \"{options.CaPath}\" has no certificate.");
    }

    /// <summary>Tells whether there is something else to read: a hash of the files' content, or of what the store has.</summary>
    public static string Fingerprint(ClientCertificateOptions options, DateTimeOffset now)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string[] paths = [options.CertificatePath, options.KeyPath, options.PfxPath, options.CaPath];
        foreach (var path in paths.Where(path => path.Length > 0))
        {
            hash.AppendData(File.ReadAllBytes(path));
        }

        if (IsInStore(options))
        {
            using var found = FindInStore(options, now);
            hash.AppendData(found.RawDataMemory.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose()
    {
        Certificate.Dispose();
        foreach (var other in Intermediates.Concat(Roots))
        {
            other.Dispose();
        }
    }

    private static X509Certificate2 ReadCertificate(
        ClientCertificateOptions options,
        X509Certificate2Collection intermediates,
        DateTimeOffset now
    )
    {
        if (IsInStore(options))
        {
            return FindInStore(options, now);
        }

        if (options.PfxPath.Length > 0)
        {
            return X509CertificateLoader.LoadPkcs12FromFile(options.PfxPath, options.PfxPassword);
        }

        intermediates.ImportFromPemFile(options.CertificatePath);
        intermediates.RemoveAt(0);
        return X509Certificate2.CreateFromPemFile(options.CertificatePath, options.KeyPath);
    }

    private static bool IsInStore(ClientCertificateOptions options) =>
        options.StoreSubject.Length > 0 || options.StoreThumbprint.Length > 0;

    private static X509Certificate2 FindInStore(ClientCertificateOptions options, DateTimeOffset now)
    {
        using var store = new X509Store(StoreName.My, options.StoreLocation);
        store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
        var found = store
            .Certificates.Where(certificate => certificate.HasPrivateKey && IsMeant(certificate, options))
            .Where(certificate => certificate.NotBefore <= now.LocalDateTime && now.LocalDateTime <= certificate.NotAfter)
            .MaxBy(certificate => certificate.NotBefore);
        return found
            ?? throw new CryptographicException(
                $"The store My of {options.StoreLocation} has no valid certificate with a key for \"{options.StoreSubject}{options.StoreThumbprint}\"."
            );
    }

    private static bool IsMeant(X509Certificate2 certificate, ClientCertificateOptions options) =>
        options.StoreThumbprint.Length > 0
            ? certificate.Thumbprint.Equals(options.StoreThumbprint, StringComparison.OrdinalIgnoreCase)
            : certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) == options.StoreSubject;
}
