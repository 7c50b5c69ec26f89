using SesameGrpc.Gateway.Onboarding;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Onboarding;

public sealed class InvitationCodesTests
{
    private readonly InvitationCodes codes = new(Samples.NewKeys());

    [Fact]
    public void IdOf_ItsCode_IsTheId()
    {
        var id = InvitationCodes.NewId();
        var code = codes.Of(id);

        Assert.Matches("^[A-Za-z0-9_-]{64}$", code);
        Assert.Equal(id, codes.IdOf(code));
    }

    [Fact]
    public void IdOf_AnyCharacterChanged_IsNull()
    {
        var code = codes.Of(InvitationCodes.NewId());

        Assert.All(
            Enumerable.Range(0, code.Length),
            at => Assert.Null(codes.IdOf($"{code[..at]}{(code[at] == 'A' ? 'B' : 'A')}{code[(at + 1)..]}"))
        );
    }

    [Fact]
    public void IdOf_CodeOfAnotherKeyRing_IsNull() =>
        Assert.Null(new InvitationCodes(Samples.NewKeys()).IdOf(codes.Of(InvitationCodes.NewId())));

    [Theory]
    [InlineData("")]
    [InlineData("code")]
    [InlineData("################################################################")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void IdOf_NoCode_IsNull(string text) => Assert.Null(codes.IdOf(text));
}
