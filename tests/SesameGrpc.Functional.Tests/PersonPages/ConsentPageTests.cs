using System.Net;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.PersonPages;

/// <summary>What the person has agreed to, and taking it back.</summary>
public sealed class ConsentPageTests
{
    private const string Address = "/me/consents";

    [Fact]
    public async Task Withdraw_WithOneClick_CountsAtThePartnersNextCall()
    {
        await using var world = await PersonPageWorld.StartAsync();
        await world.LookAsync();

        var page = await world.Browser.OpenAsync(Address);
        var done = await world.Browser.SubmitAsync(page, Address, ("action", "withdraw"));
        var refused = await world.LookRefusedAsync();
        var access = await world.OwnAccessAsync();

        Assert.Equal("?done=withdraw", done.Address.Query);
        Assert.Contains("Withdrawn. From this moment nobody is told anything under this consent.", done.Text, StringComparison.Ordinal);
        Assert.Contains("You have agreed to nothing at the moment.", done.Text, StringComparison.Ordinal);
        Assert.Equal("RESOURCE_NOT_FOUND", refused.Reason);
        Assert.Equal(("person/WithdrawConsent", AuditOutcome.Changed), (access.Method, access.Outcome));
        Assert.Equal((await world.ConsentAsync()).ConsentId, access.ConsentId);
    }

    [Fact]
    public async Task SuspendAndResume_TakeEffectAtThePartnersNextCall()
    {
        await using var world = await PersonPageWorld.StartAsync();
        await world.LookAsync();

        var page = await world.Browser.OpenAsync(Address);
        var suspended = await world.Browser.SubmitAsync(page, Address, ("action", "suspend"));
        await world.LookRefusedAsync();
        var resumed = await world.Browser.SubmitAsync(suspended, Address, ("action", "resume"));
        await world.LookAsync();

        Assert.Contains("Suspended by you", suspended.Text, StringComparison.Ordinal);
        Assert.Contains("In force again.", resumed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consent_ShowsFieldByFieldWhatMayBeTold()
    {
        await using var world = await PersonPageWorld.StartAsync();
        await world.Gateway.Persons.GrantConsentAsync(
            new GrantConsentRequest
            {
                RequestId = "grant",
                Person = world.Person,
                Partner = "hello-bike",
                Purpose = Purpose.DepositWaiver,
                Scopes = { "score.band.read", "eligibility.check" },
                Programmes = { PersonPageWorld.Programme },
                Days = 30,
            }
        );

        var page = await world.Browser.OpenAsync(Address);

        Assert.Contains("What for Lend or rent to you without a deposit", page.Text, StringComparison.Ordinal);
        Assert.Contains(
            "May be told The band of your score Whether a service is open to you, and if not, why On which terms: an amount, a period, a number of things Is never told Your score, a number from 350 to 950",
            page.Text,
            StringComparison.Ordinal
        );
        Assert.Contains("For these services Deposit-free shared bike", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Withdraw_OfSomebodyElses_FindsNothingAndChangesNothing()
    {
        await using var world = await PersonPageWorld.StartAsync();
        await world.LookAsync();
        await world.Gateway.FeedAsync("test-700", 700);
        await world.Partner.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-700" });
        using var other = await PersonPageWorld.LogInAsync(world.Gateway, "test-700");
        var id = (await world.ConsentAsync()).ConsentId;

        var answer = await other.SubmitAsync(await other.OpenAsync(Address), Address, ("action", "withdraw"), ("consent_id", id));
        var listed = await world.Gateway.Persons.ListAccessesAsync(new ListAccessesRequest { Person = "test-700" });

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Contains("There is nothing here", answer.Text, StringComparison.Ordinal);
        await world.LookAsync();
        var refused = listed.Accesses.Single(access => access.Caller == "person");
        Assert.Equal((AuditOutcome.Refused, ErrorReason.ResourceNotFound), (refused.Outcome, refused.ErrorReason));
    }

    [Theory]
    [InlineData("resume", HttpStatusCode.Conflict, "This has changed meanwhile")]
    [InlineData("forget", HttpStatusCode.NotFound, "There is nothing here")]
    public async Task Action_ThatIsNotPossible_SaysSo(string action, HttpStatusCode status, string title)
    {
        await using var world = await PersonPageWorld.StartAsync();
        await world.LookAsync();

        var answer = await world.Browser.SubmitAsync(await world.Browser.OpenAsync(Address), Address, ("action", action));

        Assert.Equal(status, answer.Status);
        Assert.Contains(title, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Withdraw_WithoutTheFormsToken_ChangesNothing()
    {
        await using var world = await PersonPageWorld.StartAsync();
        await world.LookAsync();
        var page = await world.Browser.OpenAsync(Address);

        var answer = await world.Browser.SubmitAsync(page, Address, ("action", "withdraw"), ("__RequestVerificationToken", "forged"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        await world.LookAsync();
    }

    [Fact]
    public async Task WithdrawAll_AsksOnce_ThenEndsThemAll()
    {
        await using var world = await PersonPageWorld.StartAsync();
        var second = await world.Gateway.ConnectAsync("second", new Enrolment { Programme = PersonPageWorld.Programme });
        await world.LookAsync();
        await second.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = world.Person });

        var asked = await world.Browser.OpenAsync("/me/consents/withdraw-all");
        await world.LookAsync();
        var done = await world.Browser.SubmitAsync(asked, "/me/consents/withdraw-all");

        Assert.Contains("2 consents end at once", asked.Text, StringComparison.Ordinal);
        Assert.Contains("All consents are withdrawn.", done.Text, StringComparison.Ordinal);
        await world.LookRefusedAsync();
        await RefusedCall.OfAsync(second.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = world.Person }));
    }
}
