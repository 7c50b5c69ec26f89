using System.Net;
using System.Net.Http.Headers;
using System.Text;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Functional.Tests.Visits;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.HttpJson;

/// <summary>What a call over HTTP+JSON is refused with, as HTTP says it.</summary>
public sealed class JsonRefusalTests
{
    [Fact]
    public async Task Paths_OfNoRoute_AreUnknown()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = JsonPartner.Of(gateway, await gateway.ConnectHospitalAsync());
        string[] paths =
        [
            "/",
            "/v1",
            "/V1/visits",
            "/v1/Visits",
            "/v1/visits/",
            "/v1//visits",
            "/v1/visit%73",
            "/v1/visits/a/b",
            "/v1/visits/a:b",
            "/v1/visits:close",
            "/v1/../v1/visits",
            "/v1/eligibility",
            "/sesame.operator.v1.PartnerAdminService/ListPartners",
        ];

        foreach (var path in paths)
        {
            var answer = await http.GetAsync(path);
            Assert.Equal((404, "METHOD_UNKNOWN", path), (answer.Code, answer.Reason, path));
        }
    }

    [Fact]
    public async Task Path_WithAnotherVerb_SaysWhichItTakes()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = JsonPartner.Of(gateway, await gateway.ConnectHospitalAsync());

        var visits = await http.SendAsync(HttpMethod.Delete, "/v1/visits");
        var close = await http.GetAsync("/v1/visits/a:close");

        Assert.Equal((405, "METHOD_UNKNOWN"), (visits.Code, visits.Reason));
        Assert.Equal(["POST", "GET"], visits.ContentHeaders.Allow);
        Assert.Equal((405, "POST"), (close.Code, Assert.Single(close.ContentHeaders.Allow)));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.SendAsync(HttpMethod.Head, "/v1/visits")).Status);
    }

    [Fact]
    public async Task Error_HasTheFormOfPublicGoogleApis()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = JsonPartner.Of(gateway, await gateway.ConnectHospitalAsync());

        var answer = await http.GetAsync("/v1/visits/unknown");

        Assert.Equal(404, answer.Code);
        Assert.Equal((404, "NOT_FOUND"), ((int?)answer.Error["code"], (string?)answer.Error["status"]));
        Assert.Equal("RESOURCE_NOT_FOUND", answer.Reason);
        Assert.Equal("sesamegrpc", (string?)answer.Detail("ErrorInfo")!["domain"]);
        Assert.Matches("^[0-9a-f]{32}$", (string?)answer.Detail("RequestInfo")!["requestId"]);
        Assert.Equal($"{gateway.PublicUrl}errors/RESOURCE_NOT_FOUND", (string?)answer.Detail("Help")!["links"]![0]!["url"]);
        Assert.Equal(("application/json", true), (answer.ContentHeaders.ContentType?.MediaType, answer.Headers.CacheControl?.NoStore));
    }

    [Fact]
    public async Task Caller_WithoutAllThatIsAskedFor_IsRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var hospital = await gateway.ConnectHospitalAsync();
        var other = await gateway.ConnectHospitalAsync("other");
        using var without = JsonPartner.Of(gateway, hospital, token: " ");
        using var invalid = JsonPartner.Of(gateway, hospital, token: "no.such.token");
        using var stolen = JsonPartner.Of(gateway, hospital, token: other.Token);
        using var http = JsonPartner.Of(gateway, hospital);

        await ExpectAsync(without, 401, "TOKEN_MISSING", "Bearer");
        await ExpectAsync(invalid, 401, "TOKEN_INVALID", "Bearer error=\"invalid_token\"");
        await ExpectAsync(stolen, 401, "TOKEN_BINDING_MISMATCH", "Bearer error=\"invalid_token\"");
        var scope = await http.GetAsync("/v1/webhookEndpoints");
        Assert.Equal((403, "SCOPE_MISSING"), (scope.Code, scope.Reason));
        Assert.Equal("webhook.read", (string?)scope.Detail("ErrorInfo")!["metadata"]!["scope"]);
        await gateway.Partners.SuspendPartnerAsync(new SuspendPartnerRequest { RequestId = "stop", Partner = "hospital" });
        await ExpectAsync(http, 403, "PARTNER_SUSPENDED", null);

        static async Task ExpectAsync(JsonPartner partner, int code, string reason, string? challenge)
        {
            var answer = await partner.GetAsync("/v1/visits");
            Assert.Equal((code, reason), (answer.Code, answer.Reason));
            Assert.Equal(challenge ?? "", string.Join(", ", answer.Headers.WwwAuthenticate));
        }
    }

    [Fact]
    public async Task Body_InAnotherForm_IsUnsupported()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = JsonPartner.Of(gateway, await gateway.ConnectHospitalAsync());
        using var compressed = JsonPartner.Content("{}");
        compressed.Headers.ContentEncoding.Add("gzip");

        HttpContent?[] forms =
        [
            null,
            new StringContent("{}", Encoding.UTF8, "text/plain"),
            new StringContent("{}", Encoding.Unicode, "application/json"),
            compressed,
        ];
        foreach (var form in forms)
        {
            var answer = await http.SendAsync(HttpMethod.Post, "/v1/visits", form);
            Assert.Equal((415, "ENCODING_UNSUPPORTED"), (answer.Code, answer.Reason));
        }

        // A method's own path is gRPC's.
        var frame = await http.PostAsync("/sesame.partner.v1.DeferredPaymentService/OpenVisit", "{}");
        Assert.Equal((415, "ENCODING_UNSUPPORTED"), (frame.Code, frame.Reason));
    }

    [Fact]
    public async Task Body_TooLarge_IsRefusedWithTheLimit()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = JsonPartner.Of(gateway, await gateway.ConnectHospitalAsync());

        var answer = await http.PostAsync("/v1/visits", $"{{\"requestId\":\"{new string('a', 256 * 1024)}\"}}");

        Assert.Equal((413, "MESSAGE_TOO_LARGE"), (answer.Code, answer.Reason));
        Assert.Equal("262144", (string?)answer.Detail("ErrorInfo")!["metadata"]!["limit_bytes"]);
    }

    [Fact]
    public async Task Deadline_OfTheCaller_Counts()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = JsonPartner.Of(gateway, await gateway.ConnectHospitalAsync());

        var wrong = await http.SendAsync(HttpMethod.Get, "/v1/visits", null, ("grpc-timeout", "soon"));
        var passed = await http.SendAsync(HttpMethod.Post, "/v1/visits", JsonPartner.Content("{}"), ("grpc-timeout", "1n"));

        Assert.Equal((400, "DEADLINE_INVALID"), (wrong.Code, wrong.Reason));
        Assert.Equal((504, "DEADLINE_EXCEEDED"), (passed.Code, passed.Reason));
    }

    [Fact]
    public async Task Queries_ThatAreNone_AreRefusedByName()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = JsonPartner.Of(gateway, await gateway.ConnectHospitalAsync());
        (string Path, string Field, string Rule)[] queries =
        [
            ("/v1/visits?subject=test-650", "subject", "names a person"),
            ("/v1/visits?pagesize=1", "pagesize", "is no query parameter of GET /v1/visits"),
            ("/v1/visits?pageSize=1&page_size=1", "page_size", "is stated twice"),
            ("/v1/visits?pageSize=one", "page_size", "whole number"),
            ("/v1/visits?state=OPEN", "state", "VISIT_STATE_OPEN"),
            ("/v1/visits/a?order_id=b", "order_id", "is no query parameter"),
        ];

        foreach (var (path, field, rule) in queries)
        {
            var answer = await http.GetAsync(path);
            Assert.Equal((400, "FIELD_INVALID"), (answer.Code, answer.Reason));
            var fault = Assert.Single(answer.Detail("BadRequest")!["fieldViolations"]!.AsArray())!;
            Assert.Equal(field, (string?)fault["field"]);
            Assert.Contains(rule, (string?)fault["description"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Listener_OfOperators_HasNoRoute()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = new HttpClient(gateway.Handler(gateway.Authority.Operator("test")))
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", "x") },
        };

        var answer = await http.GetAsync(new Uri(gateway.OperatorUrl, "/v1/visits"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Version_OfHttp_DoesNotMatter(string version)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var hospital = await gateway.ConnectHospitalAsync();
        using var http = JsonPartner.Of(gateway, hospital, version: Version.Parse(version));

        Assert.Equal((200, "{}"), ((await http.GetAsync("/v1/visits")).Code, (await http.GetAsync("/v1/visits")).Text.Replace(" ", "")));
    }
}
