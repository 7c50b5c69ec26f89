using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Keys;

public sealed class KeyTurnsTests
{
    private const long Day = 24L * 3600 * 1_000_000;
    private static readonly KeyOptions Options = new();

    [Fact]
    public void NextTurn_WithoutAnyKey_IsNow() => Assert.Equal(5 * Day, Of().NextTurn(5 * Day));

    [Fact]
    public void NextTurn_IsDueFourteenDaysAheadOfTheTurn()
    {
        var turns = Of(Key("a", 0));

        Assert.Null(turns.NextTurn((76 * Day) - 1));
        Assert.Equal(90 * Day, turns.NextTurn(76 * Day));
        Assert.Null(Of(Key("a", 0), Key("b", 90 * Day)).NextTurn(89 * Day));
    }

    // Whoever verifies tokens by a copy of the key set has read the new key by then.
    [Fact]
    public void NextTurn_AfterALongPause_IsAnnouncedAsLongAsEver() => Assert.Equal(214 * Day, Of(Key("a", 0)).NextTurn(200 * Day));

    [Fact]
    public void StateAt_GoesFromAnnouncedToEnded()
    {
        RotatingKey first = Key("a", 0),
            second = Key("b", 90 * Day);
        var turns = Of(second, first);

        Assert.Equal((KeyState.Active, KeyState.Announced), StatesAt(90 * Day - 1));
        Assert.Equal((KeyState.Retained, KeyState.Active), StatesAt(90 * Day));
        Assert.Equal((KeyState.Retained, KeyState.Active), StatesAt((104 * Day) - 1));
        Assert.Equal((null, KeyState.Active), StatesAt(104 * Day));
        Assert.Equal((104 * Day, null), (turns.EndOf(first), turns.EndOf(second)));

        (KeyState?, KeyState?) StatesAt(long micros) => (turns.StateAt(first, micros), turns.StateAt(second, micros));
    }

    // Two instances that made a key at the same moment agree on whose turn it is.
    [Fact]
    public void ActiveAt_TwoOfOneMoment_IsTheSameInAnyOrder() =>
        Assert.Equal(Of(Key("a", 0), Key("b", 0)).ActiveAt(1)!.Id, Of(Key("b", 0), Key("a", 0)).ActiveAt(1)!.Id);

    // As the sandbox's clock is, after it has been ahead.
    [Fact]
    public void ActiveAt_ClockSetBackBeforeAllTurns_IsTheFirst()
    {
        var turns = Of(Key("a", 10), Key("b", 20));

        Assert.Equal(("a", "b"), (turns.ActiveAt(9)!.Id, turns.ActiveAt(20)!.Id));
        Assert.Null(Of().ActiveAt(9));
    }

    private static KeyTurns Of(params RotatingKey[] keys) => new(keys, Options);

    private static RotatingKey Key(string id, long active) => new(id, KeyPurpose.TokenSigning, [], active - (14 * Day), active);
}
