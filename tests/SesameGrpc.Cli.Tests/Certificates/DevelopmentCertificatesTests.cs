using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Cli.Certificates;
using Xunit;

namespace SesameGrpc.Cli.Tests.Certificates;

public sealed class DevelopmentCertificatesTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(Now);
    private readonly DevelopmentCertificates certificates;

    public DevelopmentCertificatesTests() => certificates = new DevelopmentCertificates(folder.Path, time);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void EnsureBase_EmptyFolder_MintsCertificatesThatChainToTheCa()
    {
        Assert.Equal(5, certificates.EnsureBase());
        Assert.True(certificates.EnsurePartner("hello-bike"));

        AssertChains(certificates.ServerPath, certificates.ServerKeyPath, "1.3.6.1.5.5.7.3.1");
        AssertChains(certificates.Operator.CertificatePath, certificates.Operator.KeyPath, "1.3.6.1.5.5.7.3.2");
        AssertChains(certificates.Partner("hello-bike").CertificatePath, certificates.Partner("hello-bike").KeyPath, "1.3.6.1.5.5.7.3.2");
    }

    [Fact]
    public void EnsureBase_EmptyFolder_NamesServerOperatorAndPartner()
    {
        certificates.EnsureBase();
        certificates.EnsurePartner("hello-bike");

        using var server = X509CertificateLoader.LoadCertificateFromFile(certificates.ServerPath);
        var names = server.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["localhost"], names.EnumerateDnsNames());
        Assert.Contains(System.Net.IPAddress.Loopback, names.EnumerateIPAddresses());
        Assert.Contains("urn:sesame:operator:dev", SubjectNames(certificates.Operator.CertificatePath), StringComparison.Ordinal);
        Assert.Contains("urn:sesame:gateway:dev", SubjectNames(certificates.Gateway.CertificatePath), StringComparison.Ordinal);
        Assert.Contains(
            "urn:sesame:partner:hello-bike",
            SubjectNames(certificates.Partner("hello-bike").CertificatePath),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void EnsureBase_EmptyFolder_LetsOnlyTheOwnerReadKeys()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "File modes are a Unix matter.");
        certificates.EnsureBase();
        certificates.EnsurePartner("hello-bike");

        var keys = Directory.GetFiles(folder.Path, "*.key.pem", SearchOption.AllDirectories);
        Assert.Equal(5, keys.Length);
#pragma warning disable CA1416 // Skipped on Windows above.
        Assert.All(keys, key => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key)));
#pragma warning restore CA1416
    }

    [Fact]
    public void EnsureBase_Twice_ChangesNothing()
    {
        certificates.EnsureBase();
        certificates.EnsurePartner("hello-bike");
        var before = Contents();

        Assert.Equal(0, certificates.EnsureBase());
        Assert.False(certificates.EnsurePartner("hello-bike"));
        Assert.Equal(before, Contents());
    }

    [Fact]
    public void EnsureBase_LeafNearItsEnd_MintsItAgainUnderTheSameCa()
    {
        certificates.EnsureBase();
        var ca = File.ReadAllText(certificates.CaPath);
        var server = File.ReadAllText(certificates.ServerPath);
        time.Advance(CertificateMint.LeafLifetime - TimeSpan.FromDays(13));

        Assert.Equal(4, certificates.EnsureBase());
        Assert.Equal(ca, File.ReadAllText(certificates.CaPath));
        Assert.NotEqual(server, File.ReadAllText(certificates.ServerPath));
    }

    [Fact]
    public void EnsureBase_CaKeyLost_MintsAllAgain()
    {
        certificates.EnsureBase();
        File.Delete(certificates.CaKeyPath);

        Assert.Equal(5, certificates.EnsureBase());
        AssertChains(certificates.ServerPath, certificates.ServerKeyPath, "1.3.6.1.5.5.7.3.1");
    }

    [Fact]
    public void RevocationList_Minted_ParsesAndVerifiesAgainstTheCa()
    {
        certificates.EnsureBase();

        var der = PemFile.ReadRevocationList(certificates.RevocationListPath);
        CertificateRevocationListBuilder.Load(der, out var number);
        Assert.Equal(1, number);
        Assert.True(IsSignedBy(der, certificates.CaPath));
    }

    [Fact]
    public void RevocationList_Renewed_KeepsItsEntries()
    {
        certificates.EnsureBase();
        using var authority = X509Certificate2.CreateFromPemFile(certificates.CaPath, certificates.CaKeyPath);
        var revoked = new CertificateRevocationListBuilder();
        revoked.AddEntry([0x41, 0x42], Now);
        var first = revoked.Build(authority, 1, Now.AddDays(1), HashAlgorithmName.SHA256, thisUpdate: Now);

        var renewed = new CertificateMint(time).MintRevocationList(authority, first);

        var loaded = CertificateRevocationListBuilder.Load(renewed, out var number);
        Assert.Equal(2, number);
        Assert.True(loaded.RemoveEntry([0x41, 0x42]));
    }

    [Fact]
    public void MintSelfSignedPartner_AnyFolder_GivesACertificateThatSignsItself()
    {
        using var certificate = X509CertificateLoader.LoadCertificate(certificates.MintSelfSignedPartner("solo"));

        Assert.Equal(certificate.SubjectName.RawData, certificate.IssuerName.RawData);
        Assert.Contains("urn:sesame:partner:solo", SubjectNames(certificates.Partner("solo").CertificatePath), StringComparison.Ordinal);
    }

    private void AssertChains(string certificatePath, string keyPath, string usage)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(certificates.CaPath);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(usage));
        Assert.True(chain.Build(certificate), string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation)));
        Assert.Equal(256, certificate.GetECDsaPublicKey()!.KeySize);
    }

    private static string SubjectNames(string path)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(path);
        return System.Text.Encoding.ASCII.GetString(
            certificate.Extensions.Single(extension => extension.Oid!.Value == "2.5.29.17").RawData
        );
    }

    private static bool IsSignedBy(byte[] der, string caPath)
    {
        using var authority = X509CertificateLoader.LoadCertificateFromFile(caPath);
        var list = new System.Formats.Asn1.AsnReader(der, System.Formats.Asn1.AsnEncodingRules.DER).ReadSequence();
        var signed = list.ReadEncodedValue();
        list.ReadEncodedValue();
        var signature = list.ReadBitString(out _);
        return authority
            .GetECDsaPublicKey()!
            .VerifyData(signed.Span, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private Dictionary<string, string> Contents() =>
        Directory
            .GetFiles(folder.Path, "*", SearchOption.AllDirectories)
            .ToDictionary(path => path, File.ReadAllText, StringComparer.Ordinal);
}
