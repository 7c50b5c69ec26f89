using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Functional.Tests.PersonPages;

/// <summary>A gateway with a partner, and a person who is logged in on the pages.</summary>
internal sealed class PersonPageWorld : IAsyncDisposable
{
    public const string Programme = "bike.deposit_free";

    private PersonPageWorld(GatewayUnderTest gateway, ConnectedPartner partner, PageBrowser browser, string person) =>
        (Gateway, Partner, Browser, Person) = (gateway, partner, browser, person);

    public GatewayUnderTest Gateway { get; }

    public ConnectedPartner Partner { get; }

    public PageBrowser Browser { get; }

    public string Person { get; }

    public static async Task<PersonPageWorld> StartAsync(string person = "test-649", int score = 649, string language = "en")
    {
        var gateway = await GatewayUnderTest.StartAsync();
        var partner = await gateway.ConnectAsync("hello-bike", new Enrolment { Programme = Programme });
        await gateway.FeedAsync(person, score);
        return new PersonPageWorld(gateway, partner, await LogInAsync(gateway, person, language), person);
    }

    public static async Task<PageBrowser> LogInAsync(GatewayUnderTest gateway, string person, string language = "en")
    {
        var browser = new PageBrowser(gateway.PublicUrl, gateway.Handler(null), language);
        await browser.LogInAsync(person);
        return browser;
    }

    public async Task<GetCreditScoreResponse> LookAsync() =>
        await Partner.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = Person });

    public Task<RefusedCall> LookRefusedAsync() => RefusedCall.OfAsync(LookAsync);

    public async Task<CheckEligibilityResponse> CheckAsync() =>
        await Partner.Eligibility.CheckEligibilityAsync(new CheckEligibilityRequest { Subject = Person, Programme = Programme });

    /// <summary>The person's newest consent.</summary>
    public async Task<PersonConsent> ConsentAsync() =>
        (await Gateway.Persons.ListPersonConsentsAsync(new ListPersonConsentsRequest { Person = Person })).Consents[0];

    /// <summary>The person's newest entry of the audit log that the person made.</summary>
    public async Task<PersonAccess> OwnAccessAsync()
    {
        var list = await Gateway.Persons.ListAccessesAsync(new ListAccessesRequest { Person = Person });
        return list.Accesses.First(access => access.Caller == "person");
    }

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        await Gateway.DisposeAsync();
    }
}
