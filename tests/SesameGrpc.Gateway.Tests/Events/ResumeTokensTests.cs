using SesameGrpc.Gateway.Events;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Events;

public sealed class ResumeTokensTests
{
    private readonly ResumeTokens tokens = new(Samples.NewKeys());

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(123_456_789)]
    [InlineData(long.MaxValue)]
    public void Token_OfItsPartner_StatesItsPosition(long position) =>
        Assert.Equal(position, tokens.PositionOf("bike", tokens.Of("bike", position)));

    [Fact]
    public void Token_OfAnotherPartner_IsNone() => Assert.Null(tokens.PositionOf("hospital", tokens.Of("bike", 7)));

    [Fact]
    public void Token_OfAnotherKeyRing_IsNone() =>
        Assert.Null(new ResumeTokens(Samples.NewKeys()).PositionOf("bike", tokens.Of("bike", 7)));

    [Fact]
    public void Token_WithAnyCharacterChanged_IsNone()
    {
        var token = tokens.Of("bike", 7);

        for (var index = 0; index < token.Length - 1; index++)
        {
            var changed = token[..index] + (token[index] == 'A' ? 'B' : 'A') + token[(index + 1)..];
            Assert.Null(tokens.PositionOf("bike", changed));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("AQ")]
    [InlineData("not a token of any kind, nor so long")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    public void Text_OfAnotherForm_IsNone(string text)
    {
        Assert.Null(tokens.PositionOf("bike", text));
        Assert.Null(tokens.PositionOf("bike", tokens.Of("bike", 7) + "AAAA"));
    }
}
