using System.Text.Json;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.CodeFlow;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.PersonPages;

/// <summary>
/// The person's pages in a real browser, Debian's Chromium, with scripts and without, in both languages; axe-core finds nothing. Set SESAME_SCREENSHOTS to a folder to look at the
/// pages.
/// </summary>
public sealed class PersonBrowserTests(NodePackages node)
{
    private static readonly TimeSpan LongestWalk = TimeSpan.FromMinutes(4);
    private static readonly string? Chromium = TestEnvironment.FindProgram("chromium");

    [Theory]
    [InlineData("en", "scripts", "en")]
    [InlineData("zh-CN", "scripts", "zh-CN")]
    [InlineData("en-GB", "no-scripts", "en")]
    [InlineData("zh", "no-scripts", "zh-CN")]
    public async Task Walk_ThroughAllPages_ComesToItsEnd(string language, string mode, string spoken)
    {
        await node.RequireAsync();
        Stores.Require(Chromium is not null, "chromium");
        await using var gateway = await StartAsync();
        var folder = Environment.GetEnvironmentVariable("SESAME_SCREENSHOTS");
        var environment = new Dictionary<string, string>
        {
            ["SESAME_PAGES"] = gateway.PublicUrl.ToString(),
            ["SESAME_AUTHORIZE"] = await PushAsync(gateway),
            ["SESAME_CHROMIUM"] = Chromium!,
            ["SESAME_WALKER"] = "walker",
            ["SESAME_LEAVER"] = "leaver",
        };

        var run = await ForeignProgram.RunAsync(
            "node",
            ["node/person-pages.mjs", language, mode, .. folder is null ? Array.Empty<string>() : [folder]],
            environment,
            LongestWalk
        );

        var pages = run.Steps.Where(step => (string?)step["step"] == "page").ToList();
        Assert.Equal(18, pages.Count);
        Assert.All(pages, page => Assert.Equal(spoken, (string?)page["language"]));
        Assert.All(pages, page => Assert.InRange((int)page["bytes"]!, 1, 20_000));
        Assert.Equal(gateway.PublicUrl.ToString(), (string?)run.Step("agreed")["iss"]);
        Assert.Equal(2, (int?)run.Step("withdrawn")["left"]);
        Assert.Equal(
            ("walker", "sesame-export-0000-00-00.json"),
            ((string?)run.Step("export")["person"], (string?)run.Step("export")["file"])
        );
        _ = run.Step("erased");
        await RefusedCall.OfAsync(gateway.Persons.GetPersonAsync(new GetPersonRequest { Person = "leaver" }));
    }

    /// <summary>The walker has three consents, a refusal and an open obligation.</summary>
    private static async Task<GatewayUnderTest> StartAsync()
    {
        var gateway = await GatewayUnderTest.StartAsync();
        var bike = await OnboardAsync(
            gateway,
            PartnerKind.Sharing,
            "Hello Bike",
            "bike.deposit_free",
            650,
            "score.read",
            "deposit_waiver.write"
        );
        var charger = await OnboardAsync(gateway, PartnerKind.Sharing, "Street Charger", "charger.deposit_free", 700);
        var library = await OnboardAsync(gateway, PartnerKind.Library, "Zhejiang Library", "library.card_free", 600);
        await gateway.FeedAsync("walker", 652);
        await gateway.FeedAsync("leaver", 700);
        await bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "walker" });
        await bike.GrantAsync("walker", "bike.deposit_free", "ride-1");
        await library.Eligibility.CheckEligibilityAsync(
            new CheckEligibilityRequest { Subject = "walker", Programme = "library.card_free" }
        );
        await charger.Eligibility.CheckEligibilityAsync(
            new CheckEligibilityRequest { Subject = "walker", Programme = "charger.deposit_free" }
        );
        await bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "leaver" });
        return gateway;
    }

    /// <summary>Where the partner sends the person, once it has pushed its request.</summary>
    private static async Task<string> PushAsync(GatewayUnderTest gateway)
    {
        using var http = new HttpClient(gateway.Handler(gateway.Authority.Partner(CodeFlowScene.Partner)));
        using var content = new FormUrlEncodedContent(CodeFlowScene.Request(("redirect_uri", Back(gateway))));
        using var response = await http.PostAsync(new Uri(gateway.PartnerUrl, "/connect/par"), content);
        var pushed = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        return CodeFlowScene.AuthorizeAddress(pushed.GetProperty("request_uri").GetString()!);
    }

    /// <summary>In place of the partner's own page: the browser trusts no other server here.</summary>
    private static string Back(GatewayUnderTest gateway) => new Uri(gateway.PublicUrl, "/errors/RESOURCE_NOT_FOUND").ToString();

    private static async Task<ConnectedPartner> OnboardAsync(
        GatewayUnderTest gateway,
        PartnerKind kind,
        string name,
        string programme,
        int minimumScore,
        params string[] scopes
    )
    {
        var id = name.ToLowerInvariant().Replace(' ', '-');
        string[] all = ["eligibility.check", .. scopes];
        var partner = new Partner
        {
            Partner_ = id,
            Kind = kind,
            DisplayName = name,
            Scopes = { all },
            RedirectUris = { Back(gateway) },
            Enrolments =
            {
                new Enrolment { Programme = programme, MinimumScore = minimumScore },
            },
        };
        await gateway.Partners.CreatePartnerAsync(new CreatePartnerRequest { RequestId = $"create-{id}", Partner = partner });
        return await gateway.ConnectOnboardedAsync(id, scopes: all);
    }
}
