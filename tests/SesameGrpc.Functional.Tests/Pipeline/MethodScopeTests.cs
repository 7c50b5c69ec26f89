using SesameGrpc.Cli.RawCalls;
using SesameGrpc.Gateway.Pipeline;
using Xunit;

namespace SesameGrpc.Functional.Tests.Pipeline;

public sealed class MethodScopeTests
{
    /// <summary>`sesame call` asks for the scope that a method's contract states; the gateway asks for that of its row.</summary>
    [Fact]
    public void Contract_OfEachMethod_StatesTheScopeOfItsRow() =>
        Assert.All(ContractMethods.All, method => Assert.Equal(MethodPolicies.Find(method.FullName)?.Scope, method.Scope));
}
