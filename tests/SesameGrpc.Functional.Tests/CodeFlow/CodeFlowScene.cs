using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Functional.Tests.CodeFlow;

/// <summary>A gateway, a bike-share partner that asks for consents as any OAuth client does, and persons with browsers.</summary>
internal sealed class CodeFlowScene : IAsyncDisposable
{
    public const string Partner = "hello-bike";
    public const string Redirect = "https://bike.example/back?from=sesame";
    public const string Person = "test-650";
    public const string Verifier = "a-code-verifier-of-at-least-43-characters-0123456789";
    public const string Details = """[{"type":"credit_consent","purpose":"DEPOSIT_WAIVER","programmes":["bike.deposit_free"],"days":90}]""";

    private CodeFlowScene(GatewayUnderTest gateway)
    {
        Gateway = gateway;
        Certificate = gateway.Authority.Partner(Partner);
    }

    public GatewayUnderTest Gateway { get; }

    public X509Certificate2 Certificate { get; }

    public static async Task<CodeFlowScene> StartAsync(TimeProvider? time = null, string? postgreSql = null)
    {
        var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Time = time, PostgreSql = postgreSql });
        await gateway.FeedAsync(Person, 650);
        await OnboardAsync(gateway, Partner, Redirect);
        return new CodeFlowScene(gateway);
    }

    public static async Task OnboardAsync(GatewayUnderTest gateway, string id, params string[] redirects) =>
        await gateway.Partners.CreatePartnerAsync(
            new CreatePartnerRequest
            {
                RequestId = $"create-{id}",
                Partner = new Partner
                {
                    Partner_ = id,
                    DisplayName = "Hello <Bike>",
                    Kind = PartnerKind.Sharing,
                    Scopes = { "score.read", "eligibility.check", "deposit_waiver.write", "deposit_waiver.read" },
                    Enrolments = { new Enrolment { Programme = "bike.deposit_free" } },
                    RedirectUris = { redirects },
                },
            }
        );

    /// <summary>The same partner at another gateway with the same store.</summary>
    public CodeFlowScene At(GatewayUnderTest gateway) => new(gateway);

    /// <summary>Another instance, which is reached by the same public address: the issuer is one.</summary>
    public Task<GatewayUnderTest> StartSecondAsync() =>
        GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                Beside = Gateway,
                Settings = new Dictionary<string, string?> { ["Sesame:Listeners:PublicUrl"] = Gateway.PublicUrl.ToString().TrimEnd('/') },
            }
        );

    /// <summary>The pushed request of a partner that does everything right, with these parameters changed; an empty one is left out.</summary>
    public static Dictionary<string, string> Request(params (string Name, string Value)[] changes)
    {
        var form = new Dictionary<string, string>
        {
            ["client_id"] = Partner,
            ["response_type"] = "code",
            ["redirect_uri"] = Redirect,
            ["scope"] = "openid score.read eligibility.check",
            ["state"] = "a state",
            ["nonce"] = "a nonce",
            ["code_challenge"] = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))),
            ["code_challenge_method"] = "S256",
            ["authorization_details"] = Details,
        };
        foreach (var (name, value) in changes)
        {
            form[name] = value;
        }

        return form.Where(pair => pair.Value.Length > 0).ToDictionary();
    }

    /// <summary>Sends a form to an endpoint of the partner listener.</summary>
    public async Task<OAuthAnswer> PostAsync(string path, Dictionary<string, string> form, X509Certificate2? certificate = null)
    {
        using var http = new HttpClient(Gateway.Handler(certificate ?? Certificate));
        using var content = new FormUrlEncodedContent(form);
        using var response = await http.PostAsync(new Uri(Gateway.PartnerUrl, path), content);
        var text = await response.Content.ReadAsStringAsync();
        return new OAuthAnswer(response.StatusCode, JsonDocument.Parse(text.Length > 0 ? text : "{}").RootElement);
    }

    public Task<OAuthAnswer> PushAsync(params (string Name, string Value)[] changes) => PostAsync("/connect/par", Request(changes));

    public async Task<string> PushedAsync(params (string Name, string Value)[] changes) => (await PushAsync(changes)).Text("request_uri");

    public PageBrowser Browser(string language = "en") => new(Gateway.PublicUrl, Gateway.Handler(null), language);

    public static string AuthorizeAddress(string requestUri, string client = Partner) =>
        $"/connect/authorize?client_id={client}&request_uri={Uri.EscapeDataString(requestUri)}";

    /// <summary>Logs the person in on the way to the consent page.</summary>
    public static async Task<BrowsedPage> OpenAsync(PageBrowser browser, string requestUri, string person = Person)
    {
        var page = await browser.OpenAsync(AuthorizeAddress(requestUri));
        return page.Address.AbsolutePath == "/login" ? await browser.SubmitAsync(page, "/login", ("person", person)) : page;
    }

    public static Task<BrowsedPage> AnswerAsync(PageBrowser browser, BrowsedPage page, string decision = "agree") =>
        browser.SubmitAsync(page, "/connect/authorize", ("decision", decision));

    /// <summary>A code: pushed, logged in, agreed.</summary>
    public async Task<string> CodeAsync(params (string Name, string Value)[] changes)
    {
        using var browser = Browser();
        var page = await OpenAsync(browser, await PushedAsync(changes));
        var answer = await AnswerAsync(browser, page);
        return answer.RedirectQuery.TryGetValue("code", out var code)
            ? code
            : throw new InvalidOperationException($"No code: {answer.Status} {answer.RedirectsTo} {answer.Text}");
    }

    public Task<OAuthAnswer> ExchangeAsync(
        string code,
        string verifier = Verifier,
        string client = Partner,
        X509Certificate2? certificate = null,
        string redirect = Redirect
    )
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = client,
            ["code"] = code,
            ["redirect_uri"] = redirect,
            ["code_verifier"] = verifier,
        };
        return PostAsync("/connect/token", form.Where(pair => pair.Value.Length > 0).ToDictionary(), certificate);
    }

    /// <summary>Calls as the partner with this token.</summary>
    public ConnectedPartner With(string token, GatewayUnderTest? instance = null)
    {
        instance ??= Gateway;
        return new ConnectedPartner(instance.Channel(instance.PartnerUrl, Certificate), Certificate, token);
    }

    public async ValueTask DisposeAsync()
    {
        Certificate.Dispose();
        await Gateway.DisposeAsync();
    }
}

/// <summary>What an OAuth endpoint has answered.</summary>
internal sealed record OAuthAnswer(HttpStatusCode Status, JsonElement Json)
{
    public string? Error => Json.TryGetProperty("error", out var error) ? error.GetString() : null;

    public string Text(string name) =>
        Json.TryGetProperty(name, out var value) ? value.GetString()! : throw new InvalidOperationException($"No {name}: {Status} {Json}");
}
