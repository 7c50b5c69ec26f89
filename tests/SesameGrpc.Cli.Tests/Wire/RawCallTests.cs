using Xunit;

namespace SesameGrpc.Cli.Tests.Wire;

public sealed class RawCallTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    private const string Check = """{"subject":"test-650","programme":"bike.deposit_free"}""";

    [Theory]
    [InlineData("CheckEligibility")]
    [InlineData("checkeligibility")]
    [InlineData("EligibilityService/CheckEligibility")]
    [InlineData("EligibilityService.CheckEligibility")]
    [InlineData("/sesame.partner.v1.EligibilityService/CheckEligibility")]
    public async Task Call_ByAnyFormOfItsName_Answers(string method)
    {
        var run = await sandbox.AsPartnerAsync("call", method, Check);

        Assert.Equal((0, "ELIGIBLE"), (run.ExitCode, (string?)run.Json["decision"]));
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task Call_WithCamelCaseAndShortEnumNames_IsUnderstood()
    {
        var granted = await sandbox.AsPartnerAsync(
            "call",
            "GrantDepositWaiver",
            """{"requestId":"raw-1","orderId":"raw-1","subject":"test-830","programme":"bike.deposit_free"} // and a comment"""
        );
        Assert.True(granted.ExitCode == 0, granted.Error);
        var id = (string?)granted.Json["deposit_waiver"]!["deposit_waiver_id"];

        var listed = await sandbox.AsPartnerAsync("call", "ListDepositWaivers", """{"subject":"test-830","state":"ACTIVE"}""");

        Assert.Equal([id], listed.Json["deposit_waivers"]!.AsArray().Select(waiver => (string?)waiver!["deposit_waiver_id"]));
    }

    [Fact]
    public async Task Call_WithoutRequestId_FillsItInAndTellsIt()
    {
        const string Grant = """{"order_id":"raw-2","subject":"test-831","programme":"bike.deposit_free"}""";
        var file = sandbox.File("grant.json", Grant);

        var granted = await sandbox.AsPartnerAsync("call", "GrantDepositWaiver", "@" + file);
        var id = (string?)System.Text.Json.Nodes.JsonNode.Parse(granted.Error)!["request_id"];
        var again = await sandbox.AsPartnerAsync(
            "call",
            "GrantDepositWaiver",
            Grant.Replace("{", $"{{\"request_id\":\"{id}\",", StringComparison.Ordinal)
        );

        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Equal(
            (string?)granted.Json["deposit_waiver"]!["deposit_waiver_id"],
            (string?)again.Json["deposit_waiver"]!["deposit_waiver_id"]
        );
    }

    [Fact]
    public async Task Call_OfTheOperator_GoesToItsListener()
    {
        var run = await sandbox.AsPartnerAsync("call", "GetPartner", """{"partner":"hello-bike"}""", "--operator", sandbox.OperatorUrl);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("hello-bike", (string?)run.Json["partner"]!["partner"]);
    }

    [Fact]
    public async Task Call_OfAStream_PrintsALineForEachMessage()
    {
        var run = await sandbox.AsPartnerAsync("call", "CheckLedger", "--operator", sandbox.OperatorUrl);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.NotEmpty(run.Lines);
    }

    [Fact]
    public async Task Call_Refused_Is1WithTheReason()
    {
        var run = await sandbox.AsPartnerAsync("call", "GetCreditScore", """{"subject":"nobody-1"}""");

        Assert.Equal((1, "RESOURCE_NOT_FOUND"), (run.ExitCode, (string?)run.ErrorJson["reason"]));
    }

    [Theory]
    [InlineData("CheckEligibilty", "{}", "did you mean CheckEligibility")]
    [InlineData("ListProgrammes", "{}", "of several services")]
    [InlineData("ImportScores", "{}", "sesame scores import")]
    [InlineData("CheckEligibility", """{"subjet":"test-650"}""", "did you mean subject")]
    [InlineData("CheckEligibility", """{"subject":650}""", "is no CheckEligibilityRequest")]
    [InlineData("CheckEligibility", "[]", "no JSON object")]
    [InlineData("CheckEligibility", "{", "is no CheckEligibilityRequest")]
    [InlineData("CheckEligibility", "@no-such-file.json", "does not exist")]
    public async Task Call_WrittenWrongly_IsWrongUsageWithAHint(string method, string request, string hint)
    {
        var run = await sandbox.AsPartnerAsync("call", method, request);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(hint, (string?)run.ErrorJson["message"], StringComparison.Ordinal);
    }
}
