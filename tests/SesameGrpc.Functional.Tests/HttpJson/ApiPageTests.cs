using System.Text.Json.Nodes;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.HttpJson;

/// <summary>The description of the HTTP API on the public listener. Set SESAME_SCREENSHOTS to a folder to look at its pages.</summary>
public sealed class ApiPageTests(NodePackages node)
{
    private static readonly string? Chromium = TestEnvironment.FindProgram("chromium");

    [Fact]
    public async Task Document_NamesThisGatewayAndItsIssuer()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = new HttpClient(gateway.Handler(null));

        var document = JsonNode.Parse(await http.GetStringAsync(new Uri(gateway.PublicUrl, "/openapi.json")))!;

        Assert.Equal(gateway.PartnerUrl.ToString().TrimEnd('/'), (string?)document["servers"]![0]!["url"]);
        var issuer = (string)document["components"]!["securitySchemes"]!["token"]!["openIdConnectUrl"]!;
        Assert.Contains("mtls_endpoint_aliases", await http.GetStringAsync(issuer), StringComparison.Ordinal);
        Assert.Equal(
            """[{"certificate":[],"token":["deferred_payment.write"]}]""",
            document["paths"]!["/v1/visits/{visitId}:close"]!["post"]!["security"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task Pages_InABrowser_ShowAndSendNothingElsewhere()
    {
        await node.RequireAsync();
        Stores.Require(Chromium is not null, "chromium");
        await using var gateway = await GatewayUnderTest.StartAsync();
        var folder = Environment.GetEnvironmentVariable("SESAME_SCREENSHOTS");
        var environment = new Dictionary<string, string>
        {
            ["SESAME_PAGES"] = gateway.PublicUrl.ToString(),
            ["SESAME_CHROMIUM"] = Chromium!,
        };

        var run = await ForeignProgram.RunAsync(
            "node",
            ["node/api-pages.mjs", .. folder is null ? Array.Empty<string>() : [folder]],
            environment
        );

        Assert.Equal("""{"step":"shown","title":"SesameGrpc for partners","characters":true}""", run.Step("shown").ToJsonString());
    }
}
