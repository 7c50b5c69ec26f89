using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Onboarding;
using SesameGrpc.Gateway.Refusals;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Onboarding;

public sealed class SelfSignedCertificateTests
{
    [Fact]
    public void ParseSelfSigned_EllipticKey_IsTaken()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var der = SelfSigned(key);
        using var parsed = PartnerRules.ParseSelfSigned(der, Samples.Now);

        Assert.Equal(der, parsed.RawData);
    }

    [Theory]
    [InlineData(2048, true)]
    [InlineData(1024, false)]
    public void ParseSelfSigned_RsaKey_MustHave2048Bits(int bits, bool isGood)
    {
        using var key = RSA.Create(bits);
        var der = new CertificateRequest("CN=partner", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TestAuthority.NotBefore, TestAuthority.NotAfter)
            .RawData;

        Assert.Equal(isGood, Record.Exception(() => PartnerRules.ParseSelfSigned(der, Samples.Now).Dispose()) is null);
        Assert.True(isGood || MessageOf(der, Samples.Now).Contains("RSA 2048 or P-256", StringComparison.Ordinal));
    }

    [Fact]
    public void ParseSelfSigned_ValidityEnds_AreInclusive()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var der = SelfSigned(key);
        PartnerRules.ParseSelfSigned(der, TestAuthority.NotBefore).Dispose();
        PartnerRules.ParseSelfSigned(der, TestAuthority.NotAfter).Dispose();

        Assert.Contains("must be within its validity", MessageOf(der, TestAuthority.NotBefore.AddSeconds(-1)), StringComparison.Ordinal);
        Assert.Contains("must be within its validity", MessageOf(der, TestAuthority.NotAfter.AddSeconds(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void ParseSelfSigned_IssuedByACa_IsRefused()
    {
        using var authority = TestAuthority.Ecdsa("authority");
        using var certificate = authority.Issue([1]);

        Assert.Contains("must be self-signed", MessageOf(certificate.RawData, Samples.Now), StringComparison.Ordinal);
    }

    [Fact]
    public void ParseSelfSigned_Garbage_IsRefused() =>
        Gen
            .Byte.Array[0, 300]
            .Sample(garbage => Assert.Contains("X.509 certificate in DER form", MessageOf(garbage, Samples.Now), StringComparison.Ordinal));

    [Fact]
    public void ParseSelfSigned_Truncated_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var der = SelfSigned(key);

        Assert.All(Enumerable.Range(0, der.Length), length => Assert.NotEmpty(MessageOf(der[..length], Samples.Now)));
    }

    private static byte[] SelfSigned(ECDsa key) =>
        new CertificateRequest("CN=partner", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(TestAuthority.NotBefore, TestAuthority.NotAfter)
            .RawData;

    private static string MessageOf(byte[] der, DateTimeOffset now)
    {
        var refusal = Assert.Throws<RefusalException>(() => PartnerRules.ParseSelfSigned(der, now)).Refusal;
        Assert.Equal(ErrorReason.FieldInvalid, refusal.Reason);
        return refusal.Message;
    }
}
