using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SesameGrpc.Cli.Certificates;

/// <summary>Writes PEM files whole or not at all; keys are readable by their owner only.</summary>
internal static class PemFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void WriteCertificate(string path, X509Certificate2 certificate) =>
        Write(path, certificate.ExportCertificatePem(), UnixFileMode.OtherRead | UnixFileMode.GroupRead | OwnerOnly);

    public static void WriteKey(string path, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("The certificate has no P-256 key.");
        WriteKey(path, key);
    }

    public static void WriteKey(string path, ECDsa key) => Write(path, key.ExportPkcs8PrivateKeyPem(), OwnerOnly);

    public static void WriteRevocationList(string path, byte[] der) =>
        Write(path, PemEncoding.WriteString("X509 CRL", der), UnixFileMode.OtherRead | UnixFileMode.GroupRead | OwnerOnly);

    public static byte[] ReadRevocationList(string path)
    {
        var pem = File.ReadAllText(path);
        var fields = PemEncoding.Find(pem);
        return Convert.FromBase64String(pem[fields.Base64Data]);
    }

    private static void Write(string path, string pem, UnixFileMode mode)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var fresh = $"{path}.{Guid.NewGuid():N}.new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        using (var writer = new StreamWriter(fresh, options))
        {
            writer.WriteLine(pem);
        }

        File.Move(fresh, path, overwrite: true);
    }
}
