using Xunit;

namespace SesameGrpc.SandboxRail.Tests;

public sealed class PersonBehaviourTests
{
    [Theory]
    [InlineData("test-650")]
    [InlineData("test-650-listed")]
    [InlineData("person-000001")]
    [InlineData("declined")]
    [InlineData("some-body-declined")]
    [InlineData("test-650-Declined")]
    public void Of_AnybodyElse_Pays(string person) =>
        Assert.Equal(new PersonBehaviour(false, false, false, false, false), PersonBehaviour.Of(person));

    [Fact]
    public void Of_EachModifier_IsUnderstood()
    {
        Assert.Equal(new PersonBehaviour(true, false, false, false, false), PersonBehaviour.Of("test-650-declined"));
        Assert.Equal(new PersonBehaviour(false, true, false, false, false), PersonBehaviour.Of("test-650-declinedonce"));
        Assert.Equal(new PersonBehaviour(false, false, true, false, false), PersonBehaviour.Of("test-650-slowpay"));
        Assert.Equal(new PersonBehaviour(false, false, false, true, false), PersonBehaviour.Of("test-650-lostanswer"));
        Assert.Equal(new PersonBehaviour(false, false, false, false, true), PersonBehaviour.Of("test-650-railunavailable"));
    }

    [Fact]
    public void Of_SeveralModifiers_Combines() =>
        Assert.Equal(new PersonBehaviour(false, true, true, true, false), PersonBehaviour.Of("test-650-slowpay-lostanswer-declinedonce"));
}
