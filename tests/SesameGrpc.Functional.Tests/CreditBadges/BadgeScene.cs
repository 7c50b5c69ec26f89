using System.Buffers.Text;
using System.IO.Compression;
using System.Text.Json;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Functional.Tests.CreditBadges;

/// <summary>A gateway with a dating site that asks for GOOD or better, and everybody who looks at its badges.</summary>
internal sealed class BadgeScene : IAsyncDisposable
{
    public const string Partner = "baihe";
    public const string Programme = "dating.badge";
    public const string Site = "https://www.baihe.example";
    public const string Profile = "zhang";
    public const string Person = "anna";

    private static readonly string[] Scopes = ["credit_badge.read", "credit_badge.write", "event.read"];

    private BadgeScene(GatewayUnderTest gateway)
    {
        Gateway = gateway;
        Public = new HttpClient(gateway.Handler(null)) { BaseAddress = gateway.PublicUrl };
    }

    public GatewayUnderTest Gateway { get; }

    public ConnectedPartner Dating { get; private set; } = null!;

    /// <summary>Anybody, on the public listener.</summary>
    public HttpClient Public { get; }

    public static async Task<BadgeScene> StartAsync(Stores stores, Store store, TimeProvider? time = null, bool production = false)
    {
        var scene = new BadgeScene(await stores.StartGatewayAsync(store, new GatewaySetup { Time = time, Production = production }));
        scene.Dating = await scene.OnboardAsync(Partner, Site);
        await scene.Gateway.FeedAsync(Person, 620);
        return scene;
    }

    public async Task<ConnectedPartner> OnboardAsync(string id, string site)
    {
        var partner = new Partner
        {
            Partner_ = id,
            Kind = PartnerKind.Dating,
            DisplayName = id,
            Scopes = { Scopes },
            BadgeSites = { site },
            Enrolments =
            {
                new Enrolment { Programme = Programme, MinimumScore = 600 },
            },
        };
        await Gateway.Partners.CreatePartnerAsync(new CreatePartnerRequest { RequestId = $"create-{id}", Partner = partner });
        return await Gateway.ConnectOnboardedAsync(id, scopes: Scopes);
    }

    /// <summary>After time has passed: the token of before has expired.</summary>
    public async Task ReconnectAsync() => Dating = await Gateway.ConnectOnboardedAsync(Partner, scopes: Scopes);

    public static IssueCreditBadgeRequest Request(string subject = Person, string profile = Profile) =>
        new()
        {
            RequestId = Guid.NewGuid().ToString(),
            Subject = subject,
            Programme = Programme,
            Site = Site,
            Profile = profile,
        };

    public async Task<IssueCreditBadgeResponse> IssueAsync(string subject = Person, string profile = Profile) =>
        await Dating.Badges.IssueCreditBadgeAsync(Request(subject, profile));

    public async Task<CreditBadge> GetAsync(string id) =>
        (await Dating.Badges.GetCreditBadgeAsync(new GetCreditBadgeRequest { CreditBadgeId = id })).CreditBadge;

    public async Task<string> PictureAsync(string id, string query = "lang=en") =>
        await Public.GetStringAsync(new Uri($"/badges/{id}.svg?{query}", UriKind.Relative));

    public async Task<BrowsedPage> PageAsync(string id, string query = "")
    {
        using var browser = new PageBrowser(Gateway.PublicUrl, Gateway.Handler(null));
        return await browser.OpenAsync($"/badges/{id}{query}");
    }

    /// <summary>What the status list says of a proof: 0 valid, 2 suspended.</summary>
    public async Task<int> StatusAsync(string sdJwt)
    {
        var reference = PayloadOf(sdJwt).GetProperty("status").GetProperty("status_list");
        var list = PayloadOf(await Public.GetStringAsync(reference.GetProperty("uri").GetString()!)).GetProperty("status_list");
        using var zlib = new ZLibStream(
            new MemoryStream(Base64Url.DecodeFromChars(list.GetProperty("lst").GetString())),
            CompressionMode.Decompress
        );
        using var bytes = new MemoryStream();
        await zlib.CopyToAsync(bytes);
        var (index, perByte) = (reference.GetProperty("idx").GetInt32(), 8 / list.GetProperty("bits").GetInt32());
        return bytes.ToArray()[index / perByte] >> (index % perByte * (8 / perByte)) & 3;
    }

    public static JsonElement PayloadOf(string jwt) =>
        JsonDocument.Parse(Base64Url.DecodeFromChars(jwt.Split('~')[0].Split('.')[1])).RootElement;

    public async Task<PersonConsent> ConsentAsync(string person = Person) =>
        (await Gateway.Persons.ListPersonConsentsAsync(new ListPersonConsentsRequest { Person = person })).Consents[0];

    public async Task WithdrawAsync(string person = Person) =>
        await Gateway.Persons.WithdrawAllConsentsAsync(
            new WithdrawAllConsentsRequest { RequestId = Guid.NewGuid().ToString(), Person = person }
        );

    public async ValueTask DisposeAsync()
    {
        Public.Dispose();
        await Gateway.DisposeAsync();
    }
}
