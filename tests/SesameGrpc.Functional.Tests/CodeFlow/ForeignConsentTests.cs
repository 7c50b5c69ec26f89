using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.CodeFlow;

/// <summary>A consent as an outside developer's certified OpenID client asks for it.</summary>
public sealed class ForeignConsentTests(NodePackages node)
{
    [Fact]
    public async Task Consent_OpenIdClient_FromDiscoveryToRevocation()
    {
        await node.RequireAsync();
        const string Redirect = "http://127.0.0.1:7450/consent";
        await using var gateway = await GatewayUnderTest.StartAsync();
        await CodeFlowScene.OnboardAsync(gateway, CodeFlowScene.Partner, Redirect);
        await gateway.FeedAsync(CodeFlowScene.Person, 650);
        var (certificate, key) = (File(gateway, "bike.pem"), File(gateway, "bike.key.pem"));
        PemFiles.WriteWithKey(certificate, key, gateway.Authority.Partner(CodeFlowScene.Partner));
        var environment = new Dictionary<string, string>
        {
            ["SESAME_PARTNER"] = CodeFlowScene.Partner,
            ["SESAME_ISSUER"] = gateway.PublicUrl.ToString(),
            ["SESAME_GATEWAY"] = gateway.PartnerUrl.ToString(),
            ["SESAME_REDIRECT"] = Redirect,
            ["SESAME_PROTOS"] = ForeignProgram.Protos,
            ["SESAME_CERTIFICATE"] = certificate,
            ["SESAME_KEY"] = key,
            ["SESAME_CA"] = File(gateway, "ca.pem"),
        };

        var run = await ForeignProgram.RunAsync("node", ["node/consent.mjs", CodeFlowScene.Person], environment);

        Assert.Equal(
            [
                $$"""{"step":"discovery","par":"{{gateway.PartnerUrl}}connect/par","par_required":true,"pkce":["S256"],"iss":true,"details":["credit_consent"]}""",
                """{"step":"pushed","parameters":["client_id","request_uri"]}""",
                $$"""{"step":"answered","redirect":"{{Redirect}}","iss":"{{gateway.PublicUrl}}"}""",
                """{"step":"tokens","subject":"test-650","same_subject":true,"scope":"openid score.read","algorithms":["ES256","ES256"],"bound_to_certificate":true,"refresh":false,"purpose":"DEPOSIT_WAIVER","days":30,"has_consent_id":true}""",
                """{"step":"score","score":650}""",
                """{"step":"revoked","reason":"TOKEN_INVALID"}""",
                """{"step":"replayed","error":"invalid_grant"}""",
            ],
            run.Steps.Select(step => step.ToJsonString())
        );
    }

    private static string File(GatewayUnderTest gateway, string name) => Path.Combine(gateway.CertificateDirectory, name);
}
