using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Contracts;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Tls;

public sealed class SubjectUrisTests : IDisposable
{
    private readonly TestAuthority authority = TestAuthority.Ecdsa("authority");

    public void Dispose() => authority.Dispose();

    [Fact]
    public void IdOf_OneUri_IsItsEnd() => Assert.Equal("hello-bike", IdOf("urn:sesame:partner:hello-bike"));

    [Theory]
    [InlineData("urn:sesame:partner:")]
    [InlineData("urn:sesame:operator:hello-bike")]
    [InlineData("urn:SESAME:partner:hello-bike")]
    [InlineData("urn:other:urn:sesame:partner:hello-bike")]
    public void IdOf_OtherUri_IsNull(string uri) => Assert.Null(IdOf(uri));

    [Fact]
    public void IdOf_TwoOfTheSameKind_IsNull()
    {
        Assert.Null(IdOf("urn:sesame:partner:hello-bike", "urn:sesame:partner:ofo"));
        Assert.Null(IdOf("urn:sesame:partner:hello-bike", "urn:sesame:partner:hello-bike"));
        Assert.Null(IdOf("urn:sesame:partner:hello-bike", "urn:sesame:partner:"));
    }

    [Fact]
    public void IdOf_OtherNamesBeside_AreLeftOut()
    {
        using var certificate = authority.Issue(
            [1],
            names =>
            {
                names.AddDnsName("urn:sesame:partner:dns");
                names.AddEmailAddress("bike@example.com");
                names.AddIpAddress(IPAddress.Loopback);
                names.AddUri(new Uri("spiffe://example/bike"));
                names.AddUri(new Uri("urn:sesame:operator:ops-1"));
                names.AddUri(new Uri("urn:sesame:partner:hello-bike"));
                names.AddUserPrincipalName("bike");
            }
        );

        Assert.Equal("hello-bike", SubjectUris.IdOf(certificate, SubjectUris.PartnerPrefix));
        Assert.Equal("ops-1", SubjectUris.IdOf(certificate, SubjectUris.OperatorPrefix));
    }

    [Fact]
    public void IdOf_NoAlternativeName_IsNull()
    {
        using var certificate = authority.Issue([1]);

        Assert.Null(SubjectUris.IdOf(certificate, SubjectUris.PartnerPrefix));
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x30, 0x05, 0x86 })]
    [InlineData(new byte[] { 0x30, 0x03, 0x86, 0x01, 0xff })]
    [InlineData(new byte[] { 0x04, 0x01, 0x00 })]
    public void IdOf_AlternativeNameThatIsNoDer_IsNull(byte[] extension)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=odd", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("2.5.29.17", extension, critical: false));
        using var certificate = request.CreateSelfSigned(TestAuthority.NotBefore, TestAuthority.NotAfter);

        Assert.Null(SubjectUris.IdOf(certificate, SubjectUris.PartnerPrefix));
    }

    private string? IdOf(params string[] uris)
    {
        using var certificate = authority.Issue([1], names => Array.ForEach(uris, uri => names.AddUri(new Uri(uri))));
        return SubjectUris.IdOf(certificate, SubjectUris.PartnerPrefix);
    }
}
