using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Functional.Tests.HttpJson;

/// <summary>A partner whose system speaks HTTP and JSON alone.</summary>
internal sealed class JsonPartner : IDisposable
{
    private readonly HttpClient http;
    private readonly Uri gateway;

    private readonly Version version;

    private JsonPartner(HttpClient http, Uri gateway, Version version) =>
        (this.http, this.gateway, this.version) = (http, gateway, version);

    /// <summary>With the certificate and the token of a partner that is connected, over HTTP/1.1 unless another version is given.</summary>
    public static JsonPartner Of(GatewayUnderTest gateway, ConnectedPartner partner, string? token = null, Version? version = null) =>
        new(
            new HttpClient(gateway.Handler(partner.Certificate))
            {
                DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token ?? partner.Token) },
            },
            gateway.PartnerUrl,
            version ?? HttpVersion.Version11
        );

    public Task<JsonAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<JsonAnswer> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, Content(body));

    /// <summary>Sends the path as it stands.</summary>
    public async Task<JsonAnswer> SendAsync(
        HttpMethod verb,
        string path,
        HttpContent? content = null,
        params (string Name, string Value)[] headers
    )
    {
        var asItStands = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        using var request = new HttpRequestMessage(verb, new Uri(gateway.GetLeftPart(UriPartial.Authority) + path, asItStands))
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await http.SendAsync(request);
        var answer = new JsonAnswer(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Headers,
            response.Content.Headers
        );
        return answer.FaultOfStatus is { } fault ? throw new InvalidOperationException($"{path}: {fault}") : answer;
    }

    public static StringContent Content(string body) => new(body, Encoding.UTF8, "application/json");

    public void Dispose() => http.Dispose();
}

/// <summary>What a call over HTTP and JSON is answered with.</summary>
internal sealed record JsonAnswer(HttpStatusCode Status, string Text, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    private static readonly JsonParser Statuses = new(
        JsonParser.Settings.Default.WithTypeRegistry(TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor))
    );

    public JsonNode Json => JsonNode.Parse(Text) ?? throw new InvalidOperationException("The answer is null.");

    public JsonNode Error => Json["error"] ?? throw new InvalidOperationException($"The answer is no error: {Text}");

    public int Code => (int)Status;

    /// <summary>What an error lacks that every status must carry; null: nothing, or it is no error. The answer to HEAD has no body.</summary>
    public string? FaultOfStatus
    {
        get
        {
            if (Code < 400 || Text.Length == 0)
            {
                return null;
            }

            var code = (int)Enum.Parse<Code>(((string)Error["status"]!).Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
            var status = new JsonObject { ["code"] = code, ["details"] = Error["details"]!.DeepClone() };
            return StatusContract.FaultOf(code, Statuses.Parse<Google.Rpc.Status>(status.ToJsonString()));
        }
    }

    public string Reason => (string)Detail("ErrorInfo")!["reason"]!;

    /// <summary>The detail of this type, or null.</summary>
    public JsonNode? Detail(string type) =>
        Error["details"]!.AsArray().SingleOrDefault(detail => (string?)detail!["@type"] == $"type.googleapis.com/google.rpc.{type}");
}
