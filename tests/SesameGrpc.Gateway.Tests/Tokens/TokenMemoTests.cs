using System.Collections.Frozen;
using SesameGrpc.Gateway.Tokens;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Tokens;

public sealed class TokenMemoTests
{
    private const long Epoch = 7;
    private static readonly ValidatedToken Token = new("hello-bike", new[] { "score.read" }.ToFrozenSet(), 1_000);
    private readonly TokenMemo memo = new();

    [Fact]
    public void Find_Nothing_IsNull() => Assert.Null(memo.Find("Bearer a", Epoch, 0));

    [Fact]
    public void Find_Kept_IsTheToken()
    {
        memo.Keep("Bearer a", Epoch, Token);

        Assert.Same(Token, memo.Find("Bearer a", Epoch, 999));
    }

    [Fact]
    public void Find_OtherHeader_IsNull()
    {
        memo.Keep("Bearer a", Epoch, Token);

        Assert.Multiple(
            () => Assert.Null(memo.Find("Bearer b", Epoch, 0)),
            () => Assert.Null(memo.Find("bearer a", Epoch, 0)),
            () => Assert.Null(memo.Find("Bearer a ", Epoch, 0)),
            () => Assert.Null(memo.Find("", Epoch, 0))
        );
    }

    [Fact]
    public void Find_OtherEpoch_IsNull()
    {
        memo.Keep("Bearer a", Epoch, Token);

        Assert.Null(memo.Find("Bearer a", Epoch + 1, 0));
        Assert.Null(memo.Find("Bearer a", Epoch - 1, 0));
    }

    [Theory]
    [InlineData(999, true)]
    [InlineData(1_000, false)]
    [InlineData(1_001, false)]
    [InlineData(long.MaxValue, false)]
    public void Find_AroundTheExpiry_ExpiresOnTheTick(long nowTicks, bool isFound)
    {
        memo.Keep("Bearer a", Epoch, Token);

        Assert.Equal(isFound, memo.Find("Bearer a", Epoch, nowTicks) is not null);
    }

    [Fact]
    public void Keep_FifthToken_PushesTheOldestOut()
    {
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            memo.Keep(name, Epoch, Token with { ClientId = name });
        }

        Assert.Null(memo.Find("a", Epoch, 0));
        Assert.All(["b", "c", "d", "e"], name => Assert.Equal(name, memo.Find(name, Epoch, 0)?.ClientId));
    }

    [Fact]
    public void Keep_SameHeaderAgain_TakesOnePlace()
    {
        foreach (var name in new[] { "a", "b", "c", "a", "a", "a", "d" })
        {
            memo.Keep(name, Epoch, Token with { ClientId = name });
        }

        Assert.All(["a", "b", "c", "d"], name => Assert.NotNull(memo.Find(name, Epoch, 0)));
    }

    [Fact]
    public void Keep_InANewEpoch_ForgetsTheOldOnes()
    {
        memo.Keep("a", Epoch, Token);
        memo.Keep("b", Epoch + 1, Token);

        Assert.Null(memo.Find("a", Epoch, 0));
        Assert.NotNull(memo.Find("b", Epoch + 1, 0));
    }
}
