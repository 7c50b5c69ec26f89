using System.Net;
using System.Text.Json;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.PersonPages;

/// <summary>Taking the data along, opting out, having oneself erased.</summary>
public sealed class LeavingPageTests
{
    [Fact]
    public async Task Export_IsAFile_WithEverything_AndIsAudited()
    {
        await using var world = await PersonPageWorld.StartAsync("test-650", 650);
        await world.LookAsync();
        await world.Partner.GrantAsync("test-650", PersonPageWorld.Programme, "ride-1");

        var page = await world.Browser.OpenAsync("/me/export");
        var json = JsonDocument.Parse(page.Html).RootElement;
        var access = await world.OwnAccessAsync();

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal("test-650", json.GetProperty("person").GetProperty("person").GetString());
        Assert.Equal(650, json.GetProperty("score").GetProperty("served_score").GetInt32());
        Assert.Equal("ACTIVE", json.GetProperty("consents")[0].GetProperty("state").GetString());
        Assert.Equal("ride-1", json.GetProperty("obligations")[0].GetProperty("order_id").GetString());
        Assert.True(json.GetProperty("accesses_complete").GetBoolean());
        Assert.Equal("person/ExportPerson", json.GetProperty("accesses")[0].GetProperty("method").GetString());
        Assert.Equal(3, json.GetProperty("accesses").GetArrayLength());
        Assert.Equal(("person/ExportPerson", "export"), (access.Method, access.DisclosedFields.Single()));
    }

    [Fact]
    public async Task OptOut_EndsScoreAndConsents_AndLeavesTheRecordsOpen()
    {
        await using var world = await PersonPageWorld.StartAsync("test-650", 650);
        await world.LookAsync();
        await world.Partner.GrantAsync("test-650", PersonPageWorld.Programme, "ride-1");

        var asked = await world.Browser.OpenAsync("/me/opt-out");
        var done = await world.Browser.SubmitAsync(asked, "/me/opt-out");
        var home = await world.Browser.OpenAsync("/me");
        var obligations = await world.Browser.OpenAsync("/me/obligations");
        var person = (await world.Gateway.Persons.GetPersonAsync(new GetPersonRequest { Person = "test-650" })).Person;

        Assert.Contains("You do not take part any more", done.Text, StringComparison.Ordinal);
        Assert.Equal("/opt-in", home.Address.AbsolutePath);
        Assert.Contains("ride-1", obligations.Text, StringComparison.Ordinal);
        Assert.Equal((false, 0), (person.OptedIn, person.FedScore));
        Assert.Equal("RESOURCE_NOT_FOUND", (await world.LookRefusedAsync()).Reason);
        Assert.Equal("person/OptOut", (await world.OwnAccessAsync()).Method);
    }

    [Fact]
    public async Task Erase_WhileSomethingIsOpen_IsBlockedAndSaysByWhat()
    {
        await using var world = await PersonPageWorld.StartAsync("test-650", 650);
        var before = await world.Browser.OpenAsync("/me/erase");
        await world.Partner.GrantAsync("test-650", PersonPageWorld.Programme, "ride-1");

        var page = await world.Browser.OpenAsync("/me/erase");
        var tried = await world.Browser.SubmitAsync(before, "/me/erase", ("confirm", "yes"));

        Assert.Contains("Not yet: something is still open", page.Text, StringComparison.Ordinal);
        Assert.Contains("hello-bike, Deposit-free shared bike (ride-1): In use", page.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, tried.Status);
        Assert.Contains("ride-1", tried.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Erase_Confirmed_EndsTheSessionAndTheTraces()
    {
        await using var world = await PersonPageWorld.StartAsync("test-650", 650);
        await world.LookAsync();
        var asked = await world.Browser.OpenAsync("/me/erase");

        var unconfirmed = await world.Browser.SubmitAsync(asked, "/me/erase", ("confirm", ""));
        var done = await world.Browser.SubmitAsync(asked, "/me/erase", ("confirm", "yes"));
        var after = await world.Browser.OpenAsync("/me");
        var person = await RefusedCall.OfAsync(world.Gateway.Persons.GetPersonAsync(new GetPersonRequest { Person = "test-650" }));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, unconfirmed.Status);
        Assert.Contains("Please tick the box first.", unconfirmed.Text, StringComparison.Ordinal);
        Assert.Contains("You have been erased", done.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Log out", done.Text, StringComparison.Ordinal);
        Assert.Equal("/login", after.Address.AbsolutePath);
        Assert.Equal("RESOURCE_NOT_FOUND", person.Reason);
        await RefusedCall.OfAsync(world.Partner.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650" }));
    }
}
