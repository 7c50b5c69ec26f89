using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Sandbox;

/// <summary>What comes of calls about each kind of test person.</summary>
public sealed class TestPersonTests(SandboxScene scene) : IClassFixture<SandboxScene>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Personas_WithAReason_AreRefusedWithIt_AndTheOthersAreAnswered()
    {
        scene.Gateway.Log.ExpectError("A test person forces a fault.");
        var partner = await scene.ConnectAsync(scene.New("partner"));
        var personas = (await scene.Gateway.Sandbox.ListPersonasAsync(new ListPersonasRequest())).Personas;
        Assert.Contains(personas, persona => persona.HasErrorReason);

        foreach (var persona in personas)
        {
            var subject = $"test-650{persona.Suffix}";
            await FeedAsync(subject, persona);
            var call = partner.Eligibility.CheckEligibilityAsync(Question(subject));
            if (persona.HasErrorReason)
            {
                Assert.Equal(StatusDetails.NameOf(persona.ErrorReason), (await RefusedCall.OfAsync(call)).Reason);
            }
            else
            {
                Assert.Equal(DecisionOf(persona), (await call).Decision);
            }
        }
    }

    [Fact]
    public async Task Pages_OfPersonas_AreAllOfThem()
    {
        var whole = (await scene.Gateway.Sandbox.ListPersonasAsync(new ListPersonasRequest())).Personas;

        var paged = new List<Persona>();
        var request = new ListPersonasRequest { PageSize = 5 };
        do
        {
            var page = await scene.Gateway.Sandbox.ListPersonasAsync(request);
            Assert.InRange(page.Personas.Count, 1, 5);
            paged.AddRange(page.Personas);
            request.PageToken = page.NextPageToken;
        } while (request.PageToken.Length > 0);

        Assert.Equal(whole, paged);
        request.PageToken = "x";
        Assert.Equal("FIELD_INVALID", (await RefusedCall.OfAsync(scene.Gateway.Sandbox.ListPersonasAsync(request))).Reason);
    }

    [Fact]
    public async Task Page_OfTheSandbox_HasThemAllInTheirWords()
    {
        var page = await File.ReadAllLinesAsync(Path.Combine(TestEnvironment.RepositoryRoot, "docs", "sandbox.md"), Cancellation);

        var personas = (await scene.Gateway.Sandbox.ListPersonasAsync(new ListPersonasRequest())).Personas;

        Assert.Equal(
            personas.Select(persona => $"| `test-650{persona.Suffix}` | {persona.Outcome} | {ReasonCell(persona)}|"),
            page.Where(line => line.StartsWith("| `test-650", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Slow2s_EveryCall_TakesTwoSecondsLonger()
    {
        var partner = await scene.ConnectAsync(scene.New("partner"));
        var slow = await scene.FeedAsync("test-651-slow2s");
        var began = TimeProvider.System.GetTimestamp();

        var answer = await partner.Eligibility.CheckEligibilityAsync(Question(slow));

        Assert.Equal(EligibilityDecision.Eligible, answer.Decision);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Frozen_OnceResumed_IsAnswered()
    {
        var id = scene.New("partner");
        var partner = await scene.ConnectAsync(id);
        var frozen = await scene.FeedAsync("test-652-frozen");
        await RefusedCall.OfAsync(partner.Eligibility.CheckEligibilityAsync(Question(frozen)));
        var consents = await scene.Gateway.Persons.ListPersonConsentsAsync(new ListPersonConsentsRequest { Person = frozen });
        var suspended = Assert.Single(consents.Consents, consent => consent.Partner == id);

        await scene.Gateway.Persons.ResumeConsentAsync(
            new ResumeConsentRequest
            {
                RequestId = "resume",
                Person = frozen,
                ConsentId = suspended.ConsentId,
            }
        );

        Assert.Equal(EligibilityDecision.Eligible, (await partner.Eligibility.CheckEligibilityAsync(Question(frozen))).Decision);
    }

    [Fact]
    public async Task Unavailable_InABatch_FailsTheBatchAndHoldsNothing()
    {
        var partner = await scene.ConnectAsync(scene.New("partner"));
        var gone = await scene.FeedAsync("test-653-unavailable");
        var request = new BatchGetCreditScoresRequest { Subjects = { await scene.FeedAsync("test-653"), gone } };

        Assert.Equal("STORE_UNAVAILABLE", (await RefusedCall.OfAsync(partner.Scores.BatchGetCreditScoresAsync(request))).Reason);
        Assert.Equal("STORE_UNAVAILABLE", (await RefusedCall.OfAsync(() => partner.GrantAsync(gone, SandboxScene.Bike, "o"))).Reason);
        Assert.Empty(
            (await partner.Waivers.ListDepositWaiversAsync(new ListDepositWaiversRequest(), cancellationToken: Cancellation)).DepositWaivers
        );
    }

    private async Task FeedAsync(string person, Persona persona)
    {
        if (persona.OptedIn)
        {
            var asOf = scene.Gateway.Service<TimeProvider>().GetUtcNow() - persona.ScoreAge.ToTimeSpan();
            await scene.Gateway.FeedAsync(person, 650, persona.CourtListed, asOf: asOf);
        }
    }

    private static string ReasonCell(Persona persona) => persona.HasErrorReason ? $"`{StatusDetails.NameOf(persona.ErrorReason)}` " : "";

    private static CheckEligibilityRequest Question(string subject) => new() { Subject = subject, Programme = SandboxScene.Bike };

    private static EligibilityDecision DecisionOf(Persona persona) =>
        persona.CourtListed ? EligibilityDecision.NotEligible
        : persona.ScoreAge.ToTimeSpan() > TimeSpan.Zero ? EligibilityDecision.Undecidable
        : EligibilityDecision.Eligible;
}
