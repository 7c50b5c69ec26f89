using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Identity;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Tls;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Identity;

public sealed class CertificateTrustTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestAuthority partners = TestAuthority.Ecdsa("partners");
    private readonly TestAuthority operators = TestAuthority.Rsa("operators");
    private readonly FakeTimeProvider time = new(Samples.Now);
    private readonly TrustEpoch epoch = new();
    private readonly GatewayOptions options;
    private readonly TlsMaterialSource tls;
    private readonly PartnerDirectory directory;
    private readonly CertificateTrust trust;

    public CertificateTrustTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var server = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            TestAuthority.NotBefore,
            TestAuthority.NotAfter
        );
        options = new GatewayOptions
        {
            Tls =
            {
                ServerCertificate = folder.File("server.pem", server.ExportCertificatePem()),
                ServerKey = folder.File("server-key.pem", key.ExportPkcs8PrivateKeyPem()),
                PartnerCa = folder.File("partners.pem", partners.Certificate.ExportCertificatePem()),
                OperatorCa = folder.File("operators.pem", operators.Certificate.ExportCertificatePem()),
                PartnerCrl = folder.File("partners.crl", PemEncoding.WriteString("X509 CRL", partners.Revoke([0x66]))),
            },
        };
        tls = new TlsMaterialSource(options, epoch, time, NullLogger<TlsMaterialSource>.Instance);

        // No partner is read here: the directory is empty and never refreshed.
        directory = new PartnerDirectory(
            null!,
            null!,
            Samples.CatalogueSource,
            epoch,
            options,
            time,
            NullLogger<PartnerDirectory>.Instance
        );
        trust = new CertificateTrust(tls, directory, new SeenCertificates(), epoch, time);
    }

    public void Dispose()
    {
        tls.Dispose();
        directory.Dispose();
        partners.Dispose();
        operators.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void OfPartner_IssuedByThePartnerCa_IsThePartner() =>
        Assert.Equal("hello-bike", trust.OfPartner(Client(partners, "urn:sesame:partner:hello-bike")).Partner);

    [Fact]
    public void OfOperator_IssuedByTheOperatorCa_IsTheOperator() =>
        Assert.Equal("ops-1", trust.OfOperator(Client(operators, "urn:sesame:operator:ops-1")).Operator);

    [Fact]
    public void Of_CertificateOfTheOtherCa_IsUnknown()
    {
        AssertRefused(ErrorReason.CertificateUnknown, trust.OfPartner(Client(operators, "urn:sesame:partner:hello-bike")));
        AssertRefused(ErrorReason.CertificateUnknown, trust.OfOperator(Client(partners, "urn:sesame:operator:ops-1")));
    }

    [Fact]
    public void Of_UriOfTheOtherKind_IsUnknown()
    {
        AssertRefused(ErrorReason.CertificateUnknown, trust.OfPartner(Client(partners, "urn:sesame:operator:ops-1")));
        AssertRefused(ErrorReason.CertificateUnknown, trust.OfOperator(Client(operators, "urn:sesame:partner:hello-bike")));
    }

    [Fact]
    public void OfPartner_OfAnImpostorCaWithTheSameName_IsUnknown()
    {
        using var impostor = TestAuthority.Ecdsa("partners");

        AssertRefused(ErrorReason.CertificateUnknown, trust.OfPartner(Client(impostor, "urn:sesame:partner:hello-bike")));
    }

    [Fact]
    public void OfPartner_ServerCertificate_IsUnknown()
    {
        var certificate = partners.Issue([1], names => names.AddUri(new Uri("urn:sesame:partner:hello-bike")), usage: "1.3.6.1.5.5.7.3.1");

        AssertRefused(ErrorReason.CertificateUnknown, trust.OfPartner(new ClientCertificate(certificate, [])));
    }

    [Fact]
    public void OfPartner_OnTheList_IsRevoked() =>
        AssertRefused(ErrorReason.CertificateRevoked, trust.OfPartner(Client(partners, "urn:sesame:partner:hello-bike", 0x66)));

    [Fact]
    public void OfPartner_ListedLater_IsRevokedOnTheSameConnection()
    {
        var client = Client(partners, "urn:sesame:partner:hello-bike", 0x67);
        Assert.Null(trust.OfPartner(client).Refusal);

        folder.File("partners.crl", PemEncoding.WriteString("X509 CRL", partners.Revoke([0x66], [0x67])));
        Assert.True(tls.Refresh());
        AssertRefused(ErrorReason.CertificateRevoked, trust.OfPartner(client));
    }

    // A list that is cut off must not set the revoked free.
    [Fact]
    public void OfPartner_ListCutOffLater_StaysRevoked()
    {
        folder.File("partners.crl", PemEncoding.WriteString("X509 CRL", partners.Revoke([0x66]))[..100]);

        Assert.False(tls.Refresh());
        AssertRefused(ErrorReason.CertificateRevoked, trust.OfPartner(Client(partners, "urn:sesame:partner:hello-bike", 0x66)));
    }

    [Fact]
    public void OfPartner_ExpiresMeanwhile_IsRefusedOnTheSameConnection()
    {
        var client = Client(partners, "urn:sesame:partner:hello-bike");
        Assert.Null(trust.OfPartner(client).Refusal);

        time.SetUtcNow(TestAuthority.NotAfter.AddSeconds(1));
        AssertRefused(ErrorReason.CertificateUnknown, trust.OfPartner(client));
    }

    // The refusal was once kept for the connection's life.
    [Fact]
    public void OfPartner_BecomesValidMeanwhile_IsTakenOnTheSameConnection()
    {
        var early = new FakeTimeProvider(TestAuthority.NotBefore.AddSeconds(-1));
        var earlyTrust = new CertificateTrust(tls, directory, new SeenCertificates(), epoch, early);
        var client = Client(partners, "urn:sesame:partner:hello-bike");
        AssertRefused(ErrorReason.CertificateUnknown, earlyTrust.OfPartner(client));

        early.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("hello-bike", earlyTrust.OfPartner(client).Partner);
    }

    [Fact]
    public void OfPartner_Again_IsTheVerdictOfTheConnection()
    {
        var client = Client(partners, "urn:sesame:partner:hello-bike");
        var verdict = trust.OfPartner(client);
        Assert.Same(verdict, trust.OfPartner(client));

        epoch.Raise();
        Assert.NotSame(verdict, trust.OfPartner(client));
    }

    private static ClientCertificate Client(TestAuthority authority, string uri, byte serial = 1) =>
        new(authority.Issue([serial], names => names.AddUri(new Uri(uri))), []);

    private static void AssertRefused(ErrorReason reason, CertificateVerdict verdict)
    {
        Assert.Equal(reason, verdict.Refusal?.Reason);
        Assert.Null(verdict.Partner);
        Assert.Null(verdict.Operator);
    }
}
