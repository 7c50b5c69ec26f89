using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Identity;

/// <summary>Client certificates over the real wire: who is let in, who is not, and from when on no longer.</summary>
public sealed class CertificateTests(Stores stores)
{
    private static readonly GetCreditScoreRequest AnyLookup = new() { Subject = "test-650" };

    [Fact]
    public async Task Certificate_ExpiredOrOfUnknownCaOrWithoutIdentity_IsRefusedWithTheCause()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike");
        using var strangeAuthority = new TestAuthority("Elsewhere");
        using var expired = gateway.Authority.Partner("bike", notAfter: TestAuthority.Start.AddYears(1));
        using var strange = strangeAuthority.Partner("bike");
        using var nameless = gateway.Authority.Client("urn:sesame:nobody");
        using var operators = gateway.Authority.Operator("test");
        using var unknown = gateway.Authority.Partner("never-onboarded");
        using var server = gateway.Authority.Server();
        using var selfSigned = TestAuthority.SelfSigned("bike");

        await RefusedAsync(expired, "expired");
        await RefusedAsync(strange, "no CA");
        await RefusedAsync(nameless, "urn:sesame:partner:");
        await RefusedAsync(operators, "urn:sesame:partner:");
        await RefusedAsync(unknown, "onboarded");
        await RefusedAsync(server, "no CA");
        await RefusedAsync(selfSigned, "no CA");

        async Task RefusedAsync(X509Certificate2 certificate, string cause)
        {
            var caller = new ConnectedPartner(gateway.Channel(gateway.PartnerUrl, certificate), certificate, bike.Token);
            var refused = await RefusedCall.OfAsync(caller.Scores.GetCreditScoreAsync(AnyLookup));
            Assert.Equal((StatusCode.Unauthenticated, "CERTIFICATE_UNKNOWN"), (refused.Code, refused.Reason));
            Assert.Contains(cause, refused.Status.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Certificate_RevokedByTheCasList_IsRefusedOnTheOpenConnection()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike");
        await gateway.FeedAsync("test-650", 650);
        await bike.Scores.GetCreditScoreAsync(AnyLookup);

        gateway.Authority.Revoke(bike.Certificate);
        await File.WriteAllTextAsync(Path.Combine(gateway.CertificateDirectory, "crl.pem"), gateway.Authority.RevocationList());

        await Eventually.HoldsAsync(async () => await OutcomeAsync(bike) == "CERTIFICATE_REVOKED", "the new list is in force");
    }

    [Fact]
    public async Task Certificate_RevokedByTheOperator_IsRefusedAtTheNextCallOnTheOpenConnection()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike");
        await gateway.FeedAsync("test-650", 650);
        await bike.Scores.GetCreditScoreAsync(AnyLookup);

        await gateway.Partners.RevokePartnerCertificateAsync(
            new RevokePartnerCertificateRequest
            {
                RequestId = "r",
                Partner = "bike",
                Thumbprint = Convert.ToHexStringLower(SHA256.HashData(bike.Certificate.RawData)),
            }
        );
        var refused = await RefusedCall.OfAsync(bike.Scores.GetCreditScoreAsync(AnyLookup));
        var replacement = await gateway.ConnectOnboardedAsync("bike");

        Assert.Equal((StatusCode.Unauthenticated, "CERTIFICATE_REVOKED"), (refused.Code, refused.Reason));
        Assert.Equal(650, (await replacement.Scores.GetCreditScoreAsync(AnyLookup)).Score.Score);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Partner_Suspended_IsRefusedAtTheNextCall_OnOpenConnectionsOfEveryInstance(Store store)
    {
        var database = await stores.ConnectionStringAsync(store);
        await using var one = await GatewayUnderTest.StartAsync(new GatewaySetup { PostgreSql = database });
        await using var two = await GatewayUnderTest.StartAsync(new GatewaySetup { PostgreSql = database, Beside = one });
        await one.FeedAsync("test-650", 650);
        var onOne = await one.ConnectAsync("bike");
        await Eventually.HoldsAsync(
            async () => (await two.RequestTokenAsync("bike", onOne.Certificate, "score.read")).IsSuccess,
            "instance two knows the partner"
        );
        var onTwo = await two.ConnectOnboardedAsync("bike", onOne.Certificate);
        await onOne.Scores.GetCreditScoreAsync(AnyLookup);
        Assert.Equal("OK", await OutcomeAsync(onTwo));

        await one.Partners.SuspendPartnerAsync(new SuspendPartnerRequest { RequestId = "s1", Partner = "bike" });
        var refused = await RefusedCall.OfAsync(onOne.Scores.GetCreditScoreAsync(AnyLookup));
        await Eventually.HoldsAsync(async () => await OutcomeAsync(onTwo) == "PARTNER_SUSPENDED", "instance two has heard of it");
        await one.Partners.ResumePartnerAsync(new ResumePartnerRequest { RequestId = "s2", Partner = "bike" });
        var resumed = await onOne.Scores.GetCreditScoreAsync(AnyLookup);

        Assert.Equal((StatusCode.PermissionDenied, "PARTNER_SUSPENDED"), (refused.Code, refused.Reason));
        Assert.Equal(650, resumed.Score.Score);
    }

    [Fact]
    public async Task SelfSigned_RegisteredCertificatesOverlap_AndEndOneByOne()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.FeedAsync("test-650", 650);
        var partner = new Partner
        {
            Partner_ = "tiny",
            Kind = PartnerKind.Lender,
            DisplayName = "Tiny",
            ClientAuthentication = ClientAuthentication.SelfSignedTls,
            Scopes = { ConnectedPartner.AllScopes },
        };
        await gateway.Partners.CreatePartnerAsync(new CreatePartnerRequest { RequestId = "c", Partner = partner });
        using var oldCertificate = TestAuthority.SelfSigned("tiny");
        using var newCertificate = TestAuthority.SelfSigned("tiny");
        await RegisterAsync(gateway, oldCertificate);
        await RegisterAsync(gateway, newCertificate);

        var before = await gateway.ConnectOnboardedAsync("tiny", oldCertificate);
        var after = await gateway.ConnectOnboardedAsync("tiny", newCertificate);
        Assert.Equal("OK", await OutcomeAsync(before));
        Assert.Equal("OK", await OutcomeAsync(after));

        var thumbprint = Convert.ToHexStringLower(SHA256.HashData(oldCertificate.RawData));
        await gateway.Partners.RevokePartnerCertificateAsync(
            new RevokePartnerCertificateRequest
            {
                RequestId = "r",
                Partner = "tiny",
                Thumbprint = thumbprint,
            }
        );
        Assert.Equal("CERTIFICATE_REVOKED", await OutcomeAsync(before));
        Assert.Equal("OK", await OutcomeAsync(after));

        // An issued certificate of the same name is another way in, which this partner has not chosen.
        using var issued = gateway.Authority.Partner("tiny");
        Assert.False((await gateway.RequestTokenAsync("tiny", issued, "score.read")).IsSuccess);
    }

    [Fact]
    public async Task Handshake_WithoutCertificateOrWithTls12_Fails()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var certificate = gateway.Authority.Partner("bike");
        using var withoutCertificate = new HttpClient(gateway.Handler(null));
        using var oldHandler = gateway.Handler(certificate);
        oldHandler.SslOptions.EnabledSslProtocols = SslProtocols.Tls12;
        using var withTls12 = new HttpClient(oldHandler);

        await Assert.ThrowsAsync<HttpRequestException>(() => withoutCertificate.GetAsync(gateway.PartnerUrl));
        await Assert.ThrowsAsync<HttpRequestException>(() => withoutCertificate.GetAsync(gateway.OperatorUrl));
        await Assert.ThrowsAsync<HttpRequestException>(() => withTls12.GetAsync(gateway.PartnerUrl));
        Assert.True(
            (await withoutCertificate.GetAsync(new Uri(gateway.PublicUrl, "/.well-known/openid-configuration"))).IsSuccessStatusCode
        );
    }

    [Fact]
    public async Task ServerCertificate_BehindALink_IsSeenWhenTheLinksTargetIsReplaced()
    {
        // As Kubernetes mounts a secret: server.pem -> ..data/server.pem, ..data -> a directory that is swapped as a whole.
        await using var gateway = await GatewayUnderTest.StartAsync();
        var mount = Directory.CreateDirectory(Path.Combine(gateway.CertificateDirectory, "mount")).FullName;
        using var first = gateway.Authority.Server();
        using var next = gateway.Authority.Server();
        WriteVersion("1", first);
        File.CreateSymbolicLink(Path.Combine(mount, "..data"), "1");
        File.CreateSymbolicLink(Path.Combine(mount, "server.pem"), "..data/server.pem");
        File.CreateSymbolicLink(Path.Combine(mount, "server.key.pem"), "..data/server.key.pem");
        await using var mounted = await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                Beside = gateway,
                Settings = new Dictionary<string, string?>
                {
                    ["Sesame:Tls:ServerCertificate"] = Path.Combine(mount, "server.pem"),
                    ["Sesame:Tls:ServerKey"] = Path.Combine(mount, "server.key.pem"),
                },
            }
        );
        Assert.Equal(first.Thumbprint, await ShownAsync(mounted));

        WriteVersion("2", next);
        File.CreateSymbolicLink(Path.Combine(mount, "..next"), "2");
        await TestEnvironment.RunAsync(
            "mv",
            ["--no-target-directory", "--force", Path.Combine(mount, "..next"), Path.Combine(mount, "..data")]
        );

        await Eventually.HoldsAsync(async () => await ShownAsync(mounted) == next.Thumbprint, "the new certificate is in force");

        void WriteVersion(string version, System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
        {
            var directory = Directory.CreateDirectory(Path.Combine(mount, version)).FullName;
            PemFiles.WriteWithKey(Path.Combine(directory, "server.pem"), Path.Combine(directory, "server.key.pem"), certificate);
        }
    }

    [Fact]
    public async Task ServerCertificate_Replaced_IsShownAtTheNextHandshake()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var before = await ShownAsync(gateway);
        using var next = gateway.Authority.Server();
        PemFiles.WriteWithKey(
            Path.Combine(gateway.CertificateDirectory, "server.pem"),
            Path.Combine(gateway.CertificateDirectory, "server.key.pem"),
            next
        );

        await Eventually.HoldsAsync(async () => await ShownAsync(gateway) == next.Thumbprint, "the new certificate is in force");
        Assert.NotEqual(before, next.Thumbprint);
    }

    [Fact]
    public async Task CaBundle_GivenASecondCa_ItsCertificatesGetTokensAndCall_AndLoseBothWithIt()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.OnboardAsync("bike");
        await gateway.FeedAsync("test-650", 650);
        using var second = new TestAuthority("Second CA");
        using var certificate = second.Partner("bike");
        var bundle = Path.Combine(gateway.CertificateDirectory, "ca.pem");
        var firstOnly = await File.ReadAllTextAsync(bundle);
        Assert.False((await gateway.RequestTokenAsync("bike", certificate, "score.read")).IsSuccess);

        await File.WriteAllTextAsync(bundle, $"{firstOnly}\n{second.Certificate.ExportCertificatePem()}");
        await Eventually.HoldsAsync(
            async () => (await gateway.RequestTokenAsync("bike", certificate, "score.read")).IsSuccess,
            "the second CA is known"
        );
        var bike = await gateway.ConnectOnboardedAsync("bike", certificate);
        Assert.Equal("OK", await OutcomeAsync(bike));

        await File.WriteAllTextAsync(bundle, firstOnly);
        await Eventually.HoldsAsync(async () => await OutcomeAsync(bike) == "CERTIFICATE_UNKNOWN", "the second CA is gone");
        Assert.False((await gateway.RequestTokenAsync("bike", certificate, "score.read")).IsSuccess);
    }

    [Fact]
    public async Task OperatorListener_WithAPartnersCertificate_Refuses()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var certificate = gateway.Authority.Partner("bike");
        var channel = gateway.Channel(gateway.OperatorUrl, certificate);

        var refused = await RefusedCall.OfAsync(
            new PartnerAdminService.PartnerAdminServiceClient(channel).ListPartnersAsync(new ListPartnersRequest())
        );

        Assert.Equal((StatusCode.Unauthenticated, "CERTIFICATE_UNKNOWN"), (refused.Code, refused.Reason));
    }

    private static async Task RegisterAsync(GatewayUnderTest gateway, X509Certificate2 certificate) =>
        await gateway.Partners.AddPartnerCertificateAsync(
            new AddPartnerCertificateRequest
            {
                RequestId = $"add-{certificate.Thumbprint}",
                Partner = "tiny",
                CertificateDer = ByteString.CopyFrom(certificate.RawData),
            }
        );

    private static async Task<string> OutcomeAsync(ConnectedPartner partner)
    {
        try
        {
            await partner.Scores.GetCreditScoreAsync(AnyLookup);
            return "OK";
        }
        catch (RpcException exception)
        {
            return RefusedCall.Of(exception).Reason;
        }
    }

    private static async Task<string?> ShownAsync(GatewayUnderTest gateway)
    {
        string? shown = null;
        using var handler = gateway.Handler(null);
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            shown = (certificate as X509Certificate2)?.Thumbprint;
            return true;
        };
        using var http = new HttpClient(handler);
        await http.GetAsync(new Uri(gateway.PublicUrl, "/errors"));
        return shown;
    }
}
