using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Fulfilments;
using Xunit;

namespace SesameGrpc.Functional.Tests.PersonPages;

/// <summary>What partners have reported of the person, and objecting to it.</summary>
public sealed class FulfilmentPageTests
{
    [Fact]
    public async Task Report_IsShownWithWhatItSaidBefore_AndCanBeDisputed()
    {
        await using var world = await PersonPageWorld.StartAsync("test-650", 650);
        var empty = await world.Browser.OpenAsync("/me/fulfilments");
        await world.LookAsync();
        var began = world.Gateway.Service<TimeProvider>().GetUtcNow();
        var reported = await world.Partner.Fulfilments.ReportFulfilmentAsync(
            new ReportFulfilmentRequest
            {
                RequestId = "r",
                ReportId = "ride-1",
                Subject = "test-650",
                Programme = PersonPageWorld.Programme,
                BeginTime = Timestamp.FromDateTimeOffset(began),
                Statement = FulfilmentSteps.Defaulted(began),
            }
        );
        await world.Partner.CorrectAsync(reported.Fulfilment, FulfilmentSteps.Late(began));

        var page = await world.Browser.OpenAsync("/me/fulfilments");
        var asked = await world.Browser.OpenAsync($"/me/disputes/new?about=fulfilment&id={reported.Fulfilment.FulfilmentId}");
        var done = await world.Browser.SubmitAsync(asked, "/me/disputes/new", ("statement", "I brought it back."));
        var marked = await world.Browser.OpenAsync("/me/fulfilments");

        Assert.Contains("Nobody has reported anything about you.", empty.Text, StringComparison.Ordinal);
        Assert.Contains("hello-bike · Deposit-free shared bike Bringing something back: Kept late", page.Text, StringComparison.Ordinal);
        Assert.Contains("A payment: Not kept", page.Text, StringComparison.Ordinal);
        Assert.Contains("CNY 50.00", page.Text, StringComparison.Ordinal);
        Assert.Contains("The report by hello-bike, ride-1", asked.Text, StringComparison.Ordinal);
        Assert.Equal("/me/disputes?done=open", done.Address.PathAndQuery);
        Assert.Contains("You dispute this; other bureaus are told so", marked.Text, StringComparison.Ordinal);
        Assert.True((await world.Gateway.ExportAsync())[^1].Record.Disputed);
    }

    [Fact]
    public async Task Report_ThatIsTakenBack_SaysSo_InChinese()
    {
        await using var world = await PersonPageWorld.StartAsync("test-650", 650, "zh");
        await world.LookAsync();
        var began = world.Gateway.Service<TimeProvider>().GetUtcNow();
        var request = FulfilmentSteps.NewReport("test-650", "ride-1", began, FulfilmentSteps.Late(began));
        request.Programme = PersonPageWorld.Programme;
        var reported = await world.Partner.Fulfilments.ReportFulfilmentAsync(request);
        await world.Partner.CorrectAsync(reported.Fulfilment, null);

        var page = await world.Browser.OpenAsync("/me/fulfilments");

        Assert.Contains("合作方已撤回这份报告", page.Text, StringComparison.Ordinal);
        Assert.Contains("归还: 逾期履行", page.Text, StringComparison.Ordinal);
    }
}
