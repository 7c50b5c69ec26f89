using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Failpoints;

namespace SesameGrpc.Gateway.Keys;

/// <summary>
/// The gateway's own secret keys, files in the directory "keys" of the data directory, mode 0600: the P-256 key that signs access
/// tokens, the key that encrypts the authorization server's internal tokens, the keys from which persons' pseudonyms and
/// decisions' seals are made, and the key that signs the audit log's checkpoints. Instances that serve together share these files.
/// </summary>
internal sealed partial class KeyRing
{
    private readonly byte[] master;

    private KeyRing(ECDsa signingKey, byte[] master, byte[] auditSeed)
    {
        this.master = master;
        AuditSeed = auditSeed;
        SigningKey = new ECDsaSecurityKey(signingKey) { KeyId = IdOf(signingKey) };
        EncryptionKey = new SymmetricSecurityKey(Derive("token encryption"));
    }

    /// <summary>The first key that signs access tokens: ECDSA on P-256, ES256. It takes turns with those of <see cref="KeyCalendar"/>.</summary>
    public ECDsaSecurityKey SigningKey { get; }

    public SymmetricSecurityKey EncryptionKey { get; }

    /// <summary>The 32 secret bytes of the Ed25519 key that signs the audit log's checkpoints (RFC 8032 section 5.1.5).</summary>
    public byte[] AuditSeed { get; }

    /// <summary>A signing key's name in tokens (kid): made from its public half.</summary>
    public static string IdOf(ECDsa key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return Base64UrlEncoder.Encode(SHA256.HashData([.. parameters.Q.X!, .. parameters.Q.Y!]))[..16];
    }

    /// <summary>A 32-byte key for one purpose, by HKDF (RFC 5869) from the master key.</summary>
    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, 32, info: System.Text.Encoding.UTF8.GetBytes(purpose));

    /// <summary>Reads the key ring; the sandbox makes up a missing one, production refuses to.</summary>
    public static KeyRing Open(GatewayOptions options)
    {
        var directory = Path.Combine(options.DataDirectory, "keys");
        var signingPath = Path.Combine(directory, "token-signing.pem");
        var masterPath = Path.Combine(directory, "master.key");
        var auditPath = Path.Combine(directory, "audit-signing.key");
        if (!File.Exists(signingPath) || !File.Exists(masterPath) || !File.Exists(auditPath))
        {
            if (options.Mode == GatewayMode.Production)
            {
                throw new ConfigurationException(
                    $"Sesame:DataDirectory is \"{options.DataDirectory}\"; allowed in production: a directory with keys/token-signing.pem (P-256, PEM), keys/master.key and keys/audit-signing.key (64 hexadecimal digits each)."
                );
            }

            CreateMissing(directory, signingPath, masterPath, auditPath);
        }

        try
        {
            return new KeyRing(ReadSigningKey(signingPath), ReadSecret(masterPath), ReadSecret(auditPath));
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or CryptographicException)
        {
            throw new ConfigurationException(
                $"Sesame:DataDirectory is \"{options.DataDirectory}\"; allowed: a P-256 private key in keys/token-signing.pem, 32 bytes each in keys/master.key and keys/audit-signing.key."
            );
        }
    }

    private static ECDsa ReadSigningKey(string path)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(path));

        // Fails for a public key alone; an RSA key was refused by the import.
        var curve = key.ExportParameters(includePrivateParameters: true).Curve.Oid.Value;
        return curve == ECCurve.NamedCurves.nistP256.Oid.Value ? key : throw new CryptographicException("The key is not on P-256.");
    }

    private static byte[] ReadSecret(string path)
    {
        var key = Convert.FromHexString(File.ReadAllText(path).Trim());
        return key.Length == 32 ? key : throw new FormatException("The key does not have 32 bytes.");
    }

    private static void CreateMissing(string directory, string signingPath, params ReadOnlySpan<string> secretPaths)
    {
        Directory.CreateDirectory(directory);
        if (!File.Exists(signingPath))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            WriteSecret(signingPath, key.ExportPkcs8PrivateKeyPem());
        }

        foreach (var path in secretPaths)
        {
            if (!File.Exists(path))
            {
                WriteSecret(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
            }
        }
    }

    // Under its own name only when it is whole: half a key would stop every later start, and of two instances that start at once both must read the same.
    private static void WriteSecret(string path, string text)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(draft, options))
        {
            writer.Write(text);
            writer.Flush();
            ((FileStream)writer.BaseStream).Flush(flushToDisk: true);
        }

        Crash.At(Failpoint.KeyWritten);
        try
        {
            // A move alone is a look and then a rename on Unix, between which another instance may put its key. A link is one step; not every file system has them.
            if (OperatingSystem.IsWindows() || Link(draft, path) != 0)
            {
                File.Move(draft, path, overwrite: false);
                return;
            }
        }
        catch (IOException) when (File.Exists(path))
        {
            // The other instance's key is the one to read.
        }

        File.Delete(draft);
    }

    // link(2) of POSIX: fails where the target exists.
    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Link(string source, string target);
}
