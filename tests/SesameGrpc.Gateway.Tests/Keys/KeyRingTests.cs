using System.Security.Cryptography;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Keys;

public sealed class KeyRingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string SigningFile => Path.Combine(folder.Path, "keys", "token-signing.pem");

    private string MasterFile => Path.Combine(folder.Path, "keys", "master.key");

    private string AuditFile => Path.Combine(folder.Path, "keys", "audit-signing.key");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_EmptySandbox_MakesFilesThatOnlyTheOwnerReads()
    {
        Open(GatewayMode.Sandbox);

        Assert.True(File.Exists(SigningFile));
        Assert.True(File.Exists(MasterFile));
        Assert.True(File.Exists(AuditFile));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SigningFile));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(MasterFile));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(AuditFile));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_Again_GivesTheSameKeys(bool isProduction)
    {
        var first = Open(GatewayMode.Sandbox);
        var second = Open(isProduction ? GatewayMode.Production : GatewayMode.Sandbox);

        Assert.Equal(first.SigningKey.KeyId, second.SigningKey.KeyId);
        Assert.Equal(first.EncryptionKey.Key, second.EncryptionKey.Key);
        Assert.Equal(first.Derive("purpose"), second.Derive("purpose"));
        Assert.Equal(first.AuditSeed, second.AuditSeed);
        byte[] data = [1, 2, 3];
        Assert.True(
            second.SigningKey.ECDsa.VerifyData(
                data,
                first.SigningKey.ECDsa.SignData(data, HashAlgorithmName.SHA256),
                HashAlgorithmName.SHA256
            )
        );
    }

    [Fact]
    public void Open_ByManyAtOnce_GivesAllTheSameKeys()
    {
        var rings = new KeyRing[8];

        Parallel.For(0, rings.Length, index => rings[index] = Open(GatewayMode.Sandbox));

        Assert.Single(rings.Select(ring => Convert.ToHexString([.. ring.AuditSeed, .. ring.Derive("purpose")])).Distinct());
        Assert.Single(rings.Select(ring => ring.SigningKey.KeyId).Distinct());
        Assert.Equal(3, Directory.GetFiles(Path.GetDirectoryName(MasterFile)!).Length);
    }

    [Fact]
    public void Open_ProductionWithoutKeys_RefusesAndMakesNothing()
    {
        var exception = Assert.Throws<ConfigurationException>(() => Open(GatewayMode.Production));

        Assert.StartsWith(
            $"Sesame:DataDirectory is \"{folder.Path}\"; allowed in production:",
            exception.Message,
            StringComparison.Ordinal
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("token-signing.pem")]
    [InlineData("master.key")]
    [InlineData("audit-signing.key")]
    public void Open_ProductionWithOneFileMissing_Refuses(string file)
    {
        Open(GatewayMode.Sandbox);
        File.Delete(Path.Combine(folder.Path, "keys", file));

        Assert.Throws<ConfigurationException>(() => Open(GatewayMode.Production));
    }

    // The file that is left was once written over: every pseudonym, or every token, was lost with it.
    [Fact]
    public void Open_SandboxWithOneFileMissing_KeepsTheOther()
    {
        var first = Open(GatewayMode.Sandbox);
        File.Delete(SigningFile);
        var second = Open(GatewayMode.Sandbox);
        Assert.Equal(first.Derive("purpose"), second.Derive("purpose"));
        Assert.NotEqual(first.SigningKey.KeyId, second.SigningKey.KeyId);
        Assert.Equal(first.AuditSeed, second.AuditSeed);

        File.Delete(MasterFile);
        Assert.Equal(second.SigningKey.KeyId, Open(GatewayMode.Sandbox).SigningKey.KeyId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00ff")]
    [InlineData("not hexadecimal")]
    [InlineData("0g00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000000")]
    public void Open_BadSecret_NamesTheKeys(string text)
    {
        Open(GatewayMode.Sandbox);
        var sound = File.ReadAllText(MasterFile);
        File.WriteAllText(MasterFile, text);
        AssertRefused();

        File.WriteAllText(MasterFile, sound);
        File.WriteAllText(AuditFile, text);
        AssertRefused();
    }

    [Fact]
    public void Open_MasterKeyWithALineBreak_IsTaken()
    {
        var first = Open(GatewayMode.Sandbox);
        File.AppendAllText(MasterFile, "\n");

        Assert.Equal(first.Derive("purpose"), Open(GatewayMode.Production).Derive("purpose"));
    }

    [Fact]
    public void Open_BadSigningKey_NamesTheKey()
    {
        Open(GatewayMode.Sandbox);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string[] texts =
        [
            "",
            "no PEM",
            other.ExportPkcs8PrivateKeyPem(),
            rsa.ExportPkcs8PrivateKeyPem(),
            own.ExportSubjectPublicKeyInfoPem(),
            own.ExportPkcs8PrivateKeyPem()[..100],
        ];

        Assert.All(
            texts,
            text =>
            {
                File.WriteAllText(SigningFile, text);
                AssertRefused();
            }
        );
    }

    [Fact]
    public void Derive_Purposes_GiveDistinctKeysOf32Bytes()
    {
        var keys = Open(GatewayMode.Sandbox);

        Assert.Equal(32, keys.Derive("a").Length);
        Assert.NotEqual(keys.Derive("a"), keys.Derive("b"));
        Assert.NotEqual(keys.Derive("a"), Samples.NewKeys().Derive("a"));
    }

    private void AssertRefused() =>
        Assert.StartsWith(
            "Sesame:DataDirectory is",
            Assert.Throws<ConfigurationException>(() => Open(GatewayMode.Production)).Message,
            StringComparison.Ordinal
        );

    private KeyRing Open(GatewayMode mode) => KeyRing.Open(new GatewayOptions { Mode = mode, DataDirectory = folder.Path });
}
