using SesameGrpc.Cli.RawCalls;
using Xunit;

namespace SesameGrpc.Cli.Tests.RawCalls;

public sealed class RequestTemplateTests
{
    public static TheoryData<string> Methods =>
        [.. ContractMethods.All.Where(method => !method.Descriptor.IsClientStreaming).Select(method => method.FullName)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Template_OfEachMethod_IsARequestOfIt(string name)
    {
        var type = ContractMethods.Find(name).Descriptor.InputType;

        RequestJson.Parse(type, RequestTemplate.Of(type, withComments: false));
        RequestJson.Parse(type, RequestTemplate.Of(type, withComments: true));
    }

    [Fact]
    public void Template_WithComments_SaysWhatTheContractSays()
    {
        var template = RequestTemplate.Of(ContractMethods.Find("ListDepositWaivers").Descriptor.InputType, withComments: true);

        Assert.Contains("One of ACTIVE, ", template, StringComparison.Ordinal);
        Assert.Contains("// Most entries to return, 1 to 1,000.", template, StringComparison.Ordinal);
        Assert.Contains("\"page_size\": 0", template, StringComparison.Ordinal);
    }

    [Fact]
    public void Template_LeavesOutWhatOnlyTheGatewaySays()
    {
        var template = RequestTemplate.Of(ContractMethods.Find("CreateWebhookEndpoint").Descriptor.InputType, withComments: false);

        Assert.Contains("\"url\"", template, StringComparison.Ordinal);
        Assert.DoesNotContain("create_time", template, StringComparison.Ordinal);
    }
}
