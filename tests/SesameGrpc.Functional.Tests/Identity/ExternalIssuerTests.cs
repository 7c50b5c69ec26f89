using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Identity;

/// <summary>Another RFC 8705 issuer in the place of the built-in one: a second gateway serves as it, on its own ports.</summary>
public sealed class ExternalIssuerTests
{
    [Fact]
    public async Task ExternalIssuer_ItsTokens_AreAccepted_AndOwnOnesAreNot()
    {
        await using var issuer = await GatewayUnderTest.StartAsync();
        await issuer.OnboardAsync("bike");
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Beside = issuer, Settings = Settings(issuer) });
        await gateway.FeedAsync("test-650", 650);
        using var certificate = issuer.Authority.Partner("bike");
        var foreign = await issuer.TokenAsync("bike", certificate, "score.read");
        var own = await gateway.TokenAsync("bike", certificate, "score.read");

        var accepted = new ConnectedPartner(gateway.Channel(gateway.PartnerUrl, certificate), certificate, foreign);
        var refused = new ConnectedPartner(gateway.Channel(gateway.PartnerUrl, certificate), certificate, own);

        Assert.Equal(650, (await accepted.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" })).Score.Score);
        Assert.Equal(
            "TOKEN_INVALID",
            (await RefusedCall.OfAsync(refused.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" }))).Reason
        );
    }

    [Fact]
    public async Task ExternalIssuer_Unreachable_IsUnavailable()
    {
        await using var issuer = await GatewayUnderTest.StartAsync();
        await issuer.OnboardAsync("bike");
        using var certificate = issuer.Authority.Partner("bike");
        var token = await issuer.TokenAsync("bike", certificate, "score.read");
        var settings = Settings(issuer);
        settings["Sesame:Tokens:ExternalIssuer"] = $"https://localhost:{TestEnvironment.FreePort()}";
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Beside = issuer, Settings = settings });

        var caller = new ConnectedPartner(gateway.Channel(gateway.PartnerUrl, certificate), certificate, token);
        var refused = await RefusedCall.OfAsync(caller.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" }));

        Assert.Equal((StatusCode.Unavailable, "ISSUER_UNAVAILABLE"), (refused.Code, refused.Reason));
    }

    [Fact]
    public async Task ExternalIssuer_WhoseMetadataNamesAnother_IsNotBelieved()
    {
        await using var issuer = await GatewayUnderTest.StartAsync();
        await issuer.OnboardAsync("bike");
        using var certificate = issuer.Authority.Partner("bike");
        var token = await issuer.TokenAsync("bike", certificate, "score.read");
        var settings = Settings(issuer);
        settings["Sesame:Tokens:ExternalIssuer"] = $"https://127.0.0.1:{issuer.PublicUrl.Port}";
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Beside = issuer, Settings = settings });

        var caller = new ConnectedPartner(gateway.Channel(gateway.PartnerUrl, certificate), certificate, token);
        var refused = await RefusedCall.OfAsync(caller.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" }));

        Assert.Equal((StatusCode.Unavailable, "ISSUER_UNAVAILABLE"), (refused.Code, refused.Reason));
    }

    private static Dictionary<string, string?> Settings(GatewayUnderTest issuer) =>
        new()
        {
            ["Sesame:Tokens:ExternalIssuer"] = issuer.PublicUrl.ToString(),
            ["Sesame:Tokens:ExternalIssuerCa"] = Path.Combine(issuer.CertificateDirectory, "ca.pem"),
        };
}
