using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Google.Rpc;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests;

/// <summary>
/// The gateway as outside developers meet it: their language's gRPC and OAuth libraries, the .proto files, a certificate. The programs are in
/// tests/ForeignClients and run as they stand against ./sesame dev too.
/// </summary>
public sealed class ForeignClientTests(NodePackages node)
{
    private const string GetCreditScore = "sesame.partner.v1.CreditScoreService/GetCreditScore";
    private static readonly Enrolment Bike = new() { Programme = "bike.deposit_free" };

    [Fact]
    public async Task BikeStory_NodeFromProtoFiles_IsToldToItsEnd()
    {
        await node.RequireAsync();
        await using var gateway = await StartAsync();

        var run = await ForeignProgram.RunAsync("node", ["node/bike-story.mjs"], Environment(gateway));

        AssertBikeStory(gateway, run);
    }

    [Fact]
    public async Task BikeStory_PythonFromProtoFiles_IsToldToItsEnd()
    {
        await RequirePythonAsync();
        await using var gateway = await StartAsync();

        var run = await ForeignProgram.RunAsync("/usr/bin/python3", ["-B", "python/bike_story.py"], Environment(gateway));

        AssertBikeStory(gateway, run);
    }

    [Theory]
    [InlineData("1.1", "http/1.1")]
    [InlineData("2", "h2")]
    public async Task Discovery_OpenIdClient_GetsATokenBoundToItsCertificate(string version, string alpn)
    {
        await node.RequireAsync();
        await using var gateway = await StartAsync();

        var run = await ForeignProgram.RunAsync("node", ["node/discovery.mjs", version], Environment(gateway));

        var discovery = run.Step("discovery");
        Assert.Equal(gateway.PublicUrl.ToString(), (string?)discovery["issuer"]);
        Assert.Equal($"{gateway.PartnerUrl}connect/token", (string?)discovery["token_endpoint"]);
        Assert.Equal(
            ["tls_client_auth", "self_signed_tls_client_auth"],
            discovery["auth_methods"]!.AsArray().Select(method => (string?)method)
        );
        Assert.True((bool?)discovery["bound_tokens"]);
        AssertJson("""{"step":"oauth-metadata","same":true}""", run.Step("oauth-metadata"));
        Assert.Equal("bearer", (string?)run.Step("token")["token_type"]);
        AssertJson(
            """{"step":"verified","client_id":"hello-bike","scope":"score.read","algorithm":"ES256","lifetime":600,"bound_to_certificate":true}""",
            run.Step("verified")
        );
        AssertJson("""{"step":"refused","error":"invalid_scope","status":400}""", run.Step("refused"));
        AssertJson($$"""{"step":"spoken","alpn":["{{alpn}}"]}""", run.Step("spoken"));
    }

    [Fact]
    public async Task TlsTicket_OfAnotherListener_DoesNotSpoilTheHandshake()
    {
        await node.RequireAsync();
        await using var gateway = await StartAsync();

        // Ticket keys live with .NET's TLS context, which it drops now and then when no connection uses it. So one stays open.
        var other = await gateway.ConnectAsync("other", Bike);
        await other.Eligibility.ListProgrammesAsync(new Contracts.Partner.V1.ListProgrammesRequest());

        var run = await ForeignProgram.RunAsync("node", ["node/tls-tickets.mjs"], Environment(gateway));

        Assert.Equal(
            [
                """{"step":"public-to-partner","status":400}""",
                """{"step":"partner-to-public","status":200}""",
                """{"step":"partner-to-partner","status":400,"resumed":true}""",
            ],
            run.Steps.Select(step => step.ToJsonString())
        );
    }

    [Theory]
    [InlineData("--schema")]
    [InlineData("--reflect")]
    public async Task BufCurl_WithTheContracts_GetsAScore(string source)
    {
        await node.RequireAsync();
        await using var gateway = await StartAsync();

        var run = await BufCurlAsync(gateway, source, "test-650");

        Assert.True(run.ExitCode == 0, run.Errors);
        var answer = JsonNode.Parse(run.Output)!;
        Assert.Equal(650, (int?)answer["score"]?["score"]);
        Assert.Equal("SCORE_BAND_EXCELLENT", (string?)answer["score"]?["band"]);
    }

    [Fact]
    public async Task BufCurl_UnknownPerson_ReadsTheReason()
    {
        await node.RequireAsync();
        await using var gateway = await StartAsync();

        var run = await BufCurlAsync(gateway, "--schema", "nobody");

        // buf ends with eight times the gRPC code, and prints each detail's bytes in base64 without padding.
        Assert.Equal(8 * (int)StatusCode.NotFound, run.ExitCode);
        var details = JsonNode.Parse(run.Errors)!["details"]!.AsArray();
        var value = (string)details.Single(detail => (string?)detail!["type"] == "google.rpc.ErrorInfo")!["value"]!;
        var info = ErrorInfo.Parser.ParseFrom(Convert.FromBase64String(value.PadRight((value.Length + 3) / 4 * 4, '=')));
        Assert.Equal("RESOURCE_NOT_FOUND", info.Reason);
    }

    private static async Task<GatewayUnderTest> StartAsync()
    {
        var gateway = await GatewayUnderTest.StartAsync();
        await gateway.OnboardAsync("hello-bike", Bike);
        await gateway.FeedAsync("test-650", 650);
        await gateway.FeedAsync("test-649", 649);
        PemFiles.WriteWithKey(Certificate(gateway), Key(gateway), gateway.Authority.Partner("hello-bike"));
        return gateway;
    }

    private static string Certificate(GatewayUnderTest gateway) => Path.Combine(gateway.CertificateDirectory, "hello-bike.pem");

    private static string Key(GatewayUnderTest gateway) => Path.Combine(gateway.CertificateDirectory, "hello-bike.key.pem");

    private static string Ca(GatewayUnderTest gateway) => Path.Combine(gateway.CertificateDirectory, "ca.pem");

    private static Dictionary<string, string> Environment(GatewayUnderTest gateway) =>
        new()
        {
            ["SESAME_PARTNER"] = "hello-bike",
            ["SESAME_ISSUER"] = gateway.PublicUrl.ToString(),
            ["SESAME_GATEWAY"] = gateway.PartnerUrl.ToString(),
            ["SESAME_PROTOS"] = ForeignProgram.Protos,
            ["SESAME_CERTIFICATE"] = Certificate(gateway),
            ["SESAME_KEY"] = Key(gateway),
            ["SESAME_CA"] = Ca(gateway),
        };

    private static async Task<ForeignProgram> BufCurlAsync(GatewayUnderTest gateway, string source, string subject)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(Certificate(gateway), Key(gateway));
        var token = await gateway.TokenAsync("hello-bike", certificate, "score.read");
        string[] schema = source == "--schema" ? ["--schema", ForeignProgram.Protos] : ["--reflect"];
        string[] arguments =
        [
            "curl",
            "--protocol",
            "grpc",
            .. schema,
            "--cacert",
            Ca(gateway),
            "--cert",
            Certificate(gateway),
            "--key",
            Key(gateway),
            "--header",
            $"authorization: Bearer {token}",
            "--data",
            new JsonObject { ["subject"] = subject }.ToJsonString(),
            new Uri(gateway.PartnerUrl, GetCreditScore).ToString(),
        ];
        return await ForeignProgram.RunAsync(NodePackages.Program("buf"), arguments, Environment(gateway));
    }

    private static async Task RequirePythonAsync()
    {
        Stores.Require(TestEnvironment.FindProgram("protoc") is not null, "protobuf-compiler");
        Stores.Require(File.Exists("/usr/bin/python3"), "python3");
        var imports = await ForeignProgram.RunAsync(
            "/usr/bin/python3",
            ["-c", "import grpc, google.protobuf"],
            new Dictionary<string, string>()
        );
        Stores.Require(imports.ExitCode == 0, "python3-grpcio");
    }

    // The same story in every language, so the same lines; ids and times differ from run to run, and are taken out.
    private static void AssertBikeStory(GatewayUnderTest gateway, ForeignProgram run)
    {
        var steps = run.Steps;
        Assert.InRange((int)Take(steps.Single(step => Name(step) == "token"), "expires_in"), 590, 600);
        _ = DateTimeOffset.Parse((string)Take(steps.Single(step => Name(step) == "replay"), "replayed_from")!);
        Assert.All(steps.Where(step => Name(step) == "refused"), step => Assert.NotEqual("", (string?)Take(step, "request_id")));
        const string Waiver = "\"subject\":\"test-650\",\"state\":\"DEPOSIT_WAIVER_STATE_";
        const string Active =
            Waiver
            + "ACTIVE\",\"waived_fen\":19900,\"allowed_actions\":[\"DEPOSIT_WAIVER_ACTION_COMPLETE\",\"DEPOSIT_WAIVER_ACTION_CANCEL\",\"DEPOSIT_WAIVER_ACTION_EXTEND\"]}";
        string[] expected =
        [
            $$"""{"step":"token","token_type":"Bearer","endpoint":"{{gateway.PartnerUrl}}connect/token"}""",
            """{"step":"score","subject":"test-650","score":650,"band":"SCORE_BAND_EXCELLENT"}""",
            """{"step":"eligibility","subject":"test-650","decision":"ELIGIBILITY_DECISION_ELIGIBLE","reasons":[],"covered_fen":19900}""",
            """{"step":"eligibility","subject":"test-649","decision":"ELIGIBILITY_DECISION_NOT_ELIGIBLE","reasons":["DECISION_REASON_SCORE_TOO_LOW"],"covered_fen":null}""",
            """{"step":"grant",""" + Active,
            """{"step":"replay","bytes_equal":true}""",
            """{"step":"get",""" + Active,
            """{"step":"complete",""" + Waiver + "RELEASED\",\"waived_fen\":19900,\"allowed_actions\":[]}",
            Refused(
                "NOT_FOUND",
                "RESOURCE_NOT_FOUND",
                $$"""{"consent_metadata":"{{gateway.PublicUrl.ToString().TrimEnd('/')}}/.well-known/oauth-authorization-server"}"""
            ),
            Refused("PERMISSION_DENIED", "SCOPE_MISSING", """{"scope":"score.dimensions.read"}"""),
        ];
        Assert.Equal(expected, steps.Select(step => step.ToJsonString()));

        string Refused(string code, string reason, string metadata) =>
            $$"""{"step":"refused","code":"{{code}}","reason":"{{reason}}","domain":"sesamegrpc","metadata":{{metadata}},"help":["{{gateway.PublicUrl}}errors/{{reason}}"]}""";
    }

    private static string? Name(JsonObject step) => (string?)step["step"];

    private static JsonNode Take(JsonObject step, string field)
    {
        var value = step[field] ?? throw new InvalidOperationException($"{step} has no {field}.");
        step.Remove(field);
        return value;
    }

    private static void AssertJson(string expected, JsonObject actual) => Assert.Equal(expected, actual.ToJsonString());
}
