using System.Net;
using SesameGrpc.Contracts.Operator.V1;
using Xunit;

namespace SesameGrpc.Functional.Tests.PersonPages;

/// <summary>What the person owes or has open, and objecting to it, to the score and to a refusal.</summary>
public sealed class ObligationAndDisputePageTests
{
    [Fact]
    public async Task Obligation_IsShown_AndCanBeDisputed()
    {
        await using var world = await PersonPageWorld.StartAsync("test-650", 650);
        var granted = await world.Partner.GrantAsync("test-650", PersonPageWorld.Programme, "ride-1");
        var id = granted.DepositWaiver.DepositWaiverId;

        var page = await world.Browser.OpenAsync("/me/obligations");
        var asked = await world.Browser.OpenAsync($"/me/disputes/new?about=obligation&id={id}");
        var done = await world.Browser.SubmitAsync(asked, "/me/disputes/new", ("statement", "I brought it back.\r\nYesterday."));
        var marked = await world.Browser.OpenAsync("/me/obligations");
        var access = await world.OwnAccessAsync();

        Assert.Contains("hello-bike · Deposit-free shared bike", page.Text, StringComparison.Ordinal);
        Assert.Contains("CNY 199.00", page.Text, StringComparison.Ordinal);
        Assert.Contains("The obligation with hello-bike, order ride-1", asked.Text, StringComparison.Ordinal);
        Assert.Equal("/me/disputes?done=open", done.Address.PathAndQuery);
        Assert.Contains("I brought it back.", done.Text, StringComparison.Ordinal);
        Assert.Contains("You dispute this", marked.Text, StringComparison.Ordinal);
        Assert.Equal("person/OpenDispute", access.Method);
    }

    [Fact]
    public async Task Dispute_OfTheScore_ShowsTheAnswer()
    {
        await using var world = await PersonPageWorld.StartAsync();
        var asked = await world.Browser.OpenAsync("/me/disputes/new?about=score");
        await world.Browser.SubmitAsync(asked, "/me/disputes/new", ("statement", "That is not me."));
        var home = await world.Browser.OpenAsync("/me");
        var dispute = (await world.Gateway.Persons.ListDisputesAsync(new ListDisputesRequest { Person = world.Person })).Disputes.Single();
        await world.Gateway.Persons.AnswerDisputeAsync(
            new AnswerDisputeRequest
            {
                RequestId = "answer",
                DisputeId = dispute.DisputeId,
                Answer = "It was corrected.",
            }
        );

        var page = await world.Browser.OpenAsync("/me/disputes");

        Assert.Contains("1 Open disputes", home.Text, StringComparison.Ordinal);
        Assert.Contains("My score Answered That is not me.", page.Text, StringComparison.Ordinal);
        Assert.Contains("It was corrected.", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispute_OfARefusal_IsOpenedFromItsExplanation()
    {
        await using var world = await PersonPageWorld.StartAsync();
        await world.CheckAsync();
        var leaf = (await world.Gateway.Persons.ListAccessesAsync(new ListAccessesRequest { Person = world.Person })).Accesses[0].LeafIndex;

        var asked = await world.Browser.OpenAsync($"/me/disputes/new?about=refusal&id={leaf}");
        var done = await world.Browser.SubmitAsync(asked, "/me/disputes/new", ("statement", "My score is higher."));

        Assert.Contains($"The refusal with the number {leaf}", done.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    public async Task Dispute_WithoutAStatement_AsksForIt(string statement)
    {
        await using var world = await PersonPageWorld.StartAsync();
        var asked = await world.Browser.OpenAsync("/me/disputes/new?about=score");

        var answer = await world.Browser.SubmitAsync(asked, "/me/disputes/new", ("statement", statement));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains("Please say what is wrong", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("about=obligation&id=00000000000000000000000000000000")]
    [InlineData("about=weather")]
    [InlineData("about=refusal&id=x")]
    [InlineData("")]
    public async Task Dispute_AboutNothing_IsNotFound(string query)
    {
        await using var world = await PersonPageWorld.StartAsync();

        var page = await world.Browser.OpenAsync($"/me/disputes/new?{query}");

        Assert.Equal(HttpStatusCode.NotFound, page.Status);
    }

    [Fact]
    public async Task Dispute_OfTooMany_SaysSoAndKeepsTheText()
    {
        await using var world = await PersonPageWorld.StartAsync();
        var asked = await world.Browser.OpenAsync("/me/disputes/new?about=score");
        for (var opened = 0; opened < 20; opened++)
        {
            await world.Browser.SubmitAsync(asked, "/me/disputes/new", ("statement", $"No. {opened}"));
        }

        var answer = await world.Browser.SubmitAsync(asked, "/me/disputes/new", ("statement", "One more."));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains("as many disputes open as is possible", answer.Text, StringComparison.Ordinal);
        Assert.Contains("One more.", answer.Text, StringComparison.Ordinal);
    }
}
