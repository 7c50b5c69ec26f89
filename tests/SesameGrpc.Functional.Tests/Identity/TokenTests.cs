using System.Security.Claims;
using Grpc.Core;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Identity;

/// <summary>Access tokens over the real wire: what is issued, and what is refused.</summary>
public sealed class TokenTests
{
    private static readonly GetCreditScoreRequest AnyLookup = new() { Subject = "test-650" };

    [Fact]
    public async Task Token_FromTheTokenEndpoint_IsBoundAndShort()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.OnboardAsync("bike");
        using var certificate = gateway.Authority.Partner("bike");

        var (answer, isSuccess) = await gateway.RequestTokenAsync("bike", certificate, "score.read");
        var token = new JsonWebToken(answer.GetProperty("access_token").GetString());

        Assert.True(isSuccess);
        Assert.Equal("Bearer", answer.GetProperty("token_type").GetString());
        Assert.InRange(answer.GetProperty("expires_in").GetInt32(), 1, 600);
        Assert.Equal("at+jwt", token.Typ);
        Assert.Equal("ES256", token.Alg);
        Assert.Equal(
            Thumbprint(certificate),
            token.GetPayloadValue<System.Text.Json.JsonElement>("cnf").GetProperty("x5t#S256").GetString()
        );
        Assert.Equal("score.read", token.GetClaim("scope").Value);
    }

    [Fact]
    public async Task Token_OnAnotherCertificate_IsRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike");
        await gateway.OnboardAsync("thief");
        using var other = gateway.Authority.Partner("thief");
        using var second = gateway.Authority.Partner("bike");

        foreach (var certificate in new[] { other, second })
        {
            var thief = new ConnectedPartner(gateway.Channel(gateway.PartnerUrl, certificate), certificate, bike.Token);
            var refused = await RefusedCall.OfAsync(thief.Scores.GetCreditScoreAsync(AnyLookup));
            Assert.Equal(StatusCode.Unauthenticated, refused.Code);
            Assert.Equal("TOKEN_BINDING_MISMATCH", refused.Reason);
        }
    }

    [Fact]
    public async Task Token_OfOwnCertificateButAnotherPartner_IsRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike");

        await RefusedAsync(gateway, bike, Mint(gateway, bike, client: "someone-else"), "TOKEN_BINDING_MISMATCH");
    }

    [Fact]
    public async Task Token_WithoutConfirmation_IsRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike");

        await RefusedAsync(gateway, bike, Mint(gateway, bike, thumbprint: ""), "TOKEN_NOT_BOUND");
    }

    [Fact]
    public async Task Token_Expired_IsRefusedAlsoWhenItWasSeenBefore()
    {
        var time = new MovableTime();
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Time = time });
        var bike = await gateway.ConnectAsync("bike");
        await gateway.FeedAsync("test-650", 650);
        await bike.Scores.GetCreditScoreAsync(AnyLookup);

        time.Advance(TimeSpan.FromMinutes(11));
        var refused = await RefusedCall.OfAsync(bike.Scores.GetCreditScoreAsync(AnyLookup));

        Assert.Equal("TOKEN_EXPIRED", refused.Reason);
    }

    [Fact]
    public async Task Token_Missing_IsRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike");

        var refused = await RefusedCall.OfAsync(
            new CreditScoreService.CreditScoreServiceClient(bike.Channel).GetCreditScoreAsync(AnyLookup)
        );

        Assert.Equal((StatusCode.Unauthenticated, "TOKEN_MISSING"), (refused.Code, refused.Reason));
    }

    [Fact]
    public async Task Token_OfWrongIssuerAudienceTypeOrKey_IsRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike");
        using var strangeKey = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var altered = bike.Token[..^2] + (bike.Token.EndsWith("AA", StringComparison.Ordinal) ? "BB" : "AA");
        string[] tokens =
        [
            Mint(gateway, bike, issuer: "https://elsewhere.example/"),
            Mint(gateway, bike, audience: "urn:another"),
            Mint(gateway, bike, type: "JWT"),
            Mint(gateway, bike, key: new ECDsaSecurityKey(strangeKey)),
            altered,
            "not-a-token",
        ];

        foreach (var token in tokens)
        {
            await RefusedAsync(gateway, bike, token, "TOKEN_INVALID");
        }
    }

    [Fact]
    public async Task TokenEndpoint_DoesNotTellWhoIsAPartner()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.OnboardAsync("bike");
        await gateway.OnboardAsync("other");
        var certificate = gateway.Authority.Partner("other");

        var known = await gateway.RequestTokenAsync("bike", certificate);
        var unknown = await gateway.RequestTokenAsync("nobody", certificate);

        Assert.Equal("invalid_client", known.Answer.GetProperty("error").GetString());
        Assert.Equal(known.Answer.GetRawText(), unknown.Answer.GetRawText());
    }

    [Fact]
    public async Task TokenEndpoint_RefusesWhoMayNotCall()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.OnboardAsync("bike");
        await gateway.OnboardAsync("other");
        using var bike = gateway.Authority.Partner("bike");
        using var stranger = new TestAuthority("Elsewhere");
        using var strange = stranger.Partner("bike");
        using var expired = gateway.Authority.Partner("bike", notAfter: TestAuthority.Start.AddYears(1));

        Assert.Equal("invalid_client", await ErrorAsync("other", bike));
        Assert.Equal("invalid_client", await ErrorAsync("bike", strange));
        Assert.Equal("invalid_client", await ErrorAsync("bike", expired));
        Assert.Equal("invalid_client", await ErrorAsync("nobody", bike));
        await gateway.Partners.SuspendPartnerAsync(new SuspendPartnerRequest { RequestId = "s", Partner = "bike" });
        Assert.Equal("invalid_client", await ErrorAsync("bike", bike));

        async Task<string?> ErrorAsync(string client, System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
        {
            var (answer, isSuccess) = await gateway.RequestTokenAsync(client, certificate, "score.read");
            Assert.False(isSuccess);
            return answer.GetProperty("error").GetString();
        }
    }

    [Fact]
    public async Task TokenEndpoint_ScopeThatThePartnerLacks_IsRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.Partners.CreatePartnerAsync(
            new CreatePartnerRequest
            {
                RequestId = "c",
                Partner = new Partner
                {
                    Partner_ = "dating",
                    Kind = PartnerKind.Dating,
                    DisplayName = "Dating",
                    Scopes = { "eligibility.check" },
                },
            }
        );
        using var certificate = gateway.Authority.Partner("dating");

        var (answer, isSuccess) = await gateway.RequestTokenAsync("dating", certificate, "score.read");

        Assert.False(isSuccess);
        Assert.Equal("invalid_scope", answer.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Scope_MissingInTheToken_OrTakenFromThePartner_IsRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.OnboardAsync("bike");
        var narrow = await gateway.ConnectOnboardedAsync("bike", null, "eligibility.check");
        var wide = await gateway.ConnectOnboardedAsync("bike");

        var missing = await RefusedCall.OfAsync(narrow.Scores.GetCreditScoreAsync(AnyLookup));
        await gateway.Partners.UpdatePartnerAsync(
            new UpdatePartnerRequest
            {
                RequestId = "u",
                Partner = new Partner { Partner_ = "bike", Scopes = { "eligibility.check" } },
                UpdateMask = new() { Paths = { "scopes" } },
            }
        );
        var taken = await RefusedCall.OfAsync(wide.Scores.GetCreditScoreAsync(AnyLookup));

        Assert.Equal(
            (StatusCode.PermissionDenied, "SCOPE_MISSING", "score.read"),
            (missing.Code, missing.Reason, missing.Info.Metadata["scope"])
        );
        Assert.Equal("SCOPE_MISSING", taken.Reason);
    }

    [Fact]
    public async Task Dimensions_WithoutTheirOwnScope_AreRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.OnboardAsync("bike");
        var narrow = await gateway.ConnectOnboardedAsync("bike", null, "score.read");

        var refused = await RefusedCall.OfAsync(
            narrow.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650", IncludeDimensions = true })
        );

        Assert.Equal(("SCOPE_MISSING", "score.dimensions.read"), (refused.Reason, refused.Info.Metadata["scope"]));
    }

    private static async Task RefusedAsync(GatewayUnderTest gateway, ConnectedPartner partner, string token, string reason)
    {
        var caller = new ConnectedPartner(gateway.Channel(gateway.PartnerUrl, partner.Certificate), partner.Certificate, token);
        var refused = await RefusedCall.OfAsync(caller.Scores.GetCreditScoreAsync(AnyLookup));
        Assert.Equal((StatusCode.Unauthenticated, reason), (refused.Code, refused.Reason));
    }

    // A token as the built-in server would sign it, but for what a test alters.
    private static string Mint(
        GatewayUnderTest gateway,
        ConnectedPartner partner,
        string? issuer = null,
        string audience = "urn:sesame:gateway",
        string type = "at+jwt",
        string client = "bike",
        string? thumbprint = null,
        SecurityKey? key = null
    )
    {
        var claims = new Dictionary<string, object> { ["client_id"] = client, ["scope"] = "score.read" };
        if (thumbprint != "")
        {
            claims["cnf"] = new Dictionary<string, object> { ["x5t#S256"] = thumbprint ?? Thumbprint(partner.Certificate) };
        }

        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = issuer ?? gateway.PublicUrl.AbsoluteUri,
                Audience = audience,
                TokenType = type,
                Subject = new ClaimsIdentity([new Claim("sub", client)]),
                Claims = claims,
                Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(5),
                SigningCredentials = new SigningCredentials(key ?? gateway.Service<KeyRing>().SigningKey, SecurityAlgorithms.EcdsaSha256),
            }
        );
    }

    private static string Thumbprint(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate) =>
        Base64UrlEncoder.Encode(System.Security.Cryptography.SHA256.HashData(certificate.RawData));
}
