using SesameGrpc.Cli.RawCalls;
using SesameGrpc.Client;
using Xunit;

namespace SesameGrpc.Cli.Tests.RawCalls;

public sealed class ContractMethodsTests
{
    private static readonly string[] Scopes = [.. typeof(PartnerScopes).GetFields().Select(field => (string)field.GetRawConstantValue()!)];

    [Fact]
    public void All_HasBothSidesAndAllHaveAMeaning()
    {
        Assert.Contains(ContractMethods.All, method => method.IsOperators);
        Assert.Contains(ContractMethods.All, method => !method.IsOperators);
        Assert.All(ContractMethods.All, method => Assert.NotEmpty(method.Meaning));
    }

    [Fact]
    public void Scope_OfEachMethodOfPartners_IsStatedByItsContract() =>
        Assert.All(ContractMethods.All.Where(method => !method.IsOperators), method => Assert.Contains(method.Scope, Scopes));

    [Theory]
    [InlineData("GetCreditScore", "score.read")]
    [InlineData("GetScoreBand", "score.band.read")]
    [InlineData("RotateWebhookSecret", "webhook.write")]
    [InlineData("ErasePerson", null)]
    public void Scope_IsTheOneThatTheMethodAlwaysNeeds(string method, string? scope) =>
        Assert.Equal(scope, ContractMethods.Find(method).Scope);
}
