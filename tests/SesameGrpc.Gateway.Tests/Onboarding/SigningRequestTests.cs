using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using SesameGrpc.Gateway.Onboarding;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Onboarding;

public sealed class SigningRequestTests
{
    [Fact]
    public void Parse_EllipticKey_TakesTheKeyAndNothingElse()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var request = new CertificateRequest("CN=somebody else", key, HashAlgorithmName.SHA384);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());

        var parsed = SigningRequest.Parse(request.CreateSigningRequestPem());

        Assert.Equal(key.ExportSubjectPublicKeyInfo(), parsed.Key.ExportSubjectPublicKeyInfo());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo())), parsed.KeyHash);
    }

    [Theory]
    [InlineData(2048, true)]
    [InlineData(1024, false)]
    public void Parse_RsaKey_MustHave2048Bits(int bits, bool isGood)
    {
        using var key = RSA.Create(bits);
        var pem = new CertificateRequest("CN=p", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();

        Assert.Equal(isGood, Record.Exception(() => SigningRequest.Parse(pem)) is null);
        Assert.True(isGood || FaultOf(pem).Contains("RSA key of 2048", StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_AnotherCurve_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP521);

        Assert.Contains("P-256 or P-384", FaultOf(Request(key)), StringComparison.Ordinal);
    }

    // Whoever has no key cannot make somebody else's public key their own.
    [Fact]
    public void Parse_SignedByAnotherKey_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName("CN=p"), new PublicKey(key), HashAlgorithmName.SHA256);
        var pem = request.CreateSigningRequestPem(X509SignatureGenerator.CreateForECDsa(other));

        Assert.Contains("signed by its own key", FaultOf(pem), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AnyByteChanged_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = Request(key);
        var fields = PemEncoding.Find(pem);
        var der = Convert.FromBase64String(pem[fields.Base64Data]);

        Gen.Select(Gen.Int[0, der.Length - 1], Gen.Byte[1, 255])
            .Sample(
                (at, change) =>
                {
                    var changed = (byte[])der.Clone();
                    changed[at] ^= change;
                    FaultOf(PemEncoding.WriteString("CERTIFICATE REQUEST", changed));
                },
                iter: 300
            );
        FaultOf(PemEncoding.WriteString("CERTIFICATE REQUEST", [.. der, 0]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not PEM")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    [InlineData("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----")]
    public void Parse_SomethingElse_IsRefused(string text) => FaultOf(text);

    [Fact]
    public void Parse_TooLong_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.Contains("at most", FaultOf(Request(key) + new string(' ', SigningRequest.LongestText)), StringComparison.Ordinal);
    }

    private static string Request(ECDsa key) => new CertificateRequest("CN=p", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    private static string FaultOf(string pem)
    {
        var refusal = Samples.RefusalOf(() => SigningRequest.Parse(pem));
        Assert.All(Samples.FieldsOf(refusal), field => Assert.Equal("certificate_request", field));
        return refusal.Message;
    }
}
