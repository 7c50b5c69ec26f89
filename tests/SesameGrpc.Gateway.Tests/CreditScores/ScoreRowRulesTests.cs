using CsCheck;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.CreditScores;
using Xunit;

namespace SesameGrpc.Gateway.Tests.CreditScores;

public sealed class ScoreRowRulesTests
{
    private static readonly long FiveMinutes = Samples.MicrosOf(TimeSpan.FromMinutes(5));
    private static readonly string[] Dimensions =
    [
        "credit_history",
        "fulfilment_capacity",
        "behaviour_preference",
        "personal_characteristics",
        "contact_network",
    ];

    [Fact]
    public void FaultOf_GoodRows_IsNull() =>
        Assert.Multiple(
            () => Assert.Null(FaultOf(_ => { })),
            () => Assert.Null(FaultOf(row => row.Score = 350)),
            () => Assert.Null(FaultOf(row => row.Score = 950)),
            () => Assert.Null(FaultOf(row => row.Version = long.MaxValue)),
            () => Assert.Null(FaultOf(row => row.AsOfUnixMicros = 1)),
            () => Assert.Null(FaultOf(row => row.AsOfUnixMicros = Samples.NowMicros + FiveMinutes)),
            () => Assert.Null(FaultOf(row => row.OptedInUnixMicros = Samples.NowMicros + FiveMinutes)),
            () => Assert.Null(FaultOf(row => row.CourtListed = true)),
            () => Assert.Null(FaultOf(row => SetParts(row, 350, 950, 600, 700, 800)))
        );

    [Theory]
    [InlineData("", "person")]
    [InlineData("a b", "person")]
    public void FaultOf_BadPerson_IsNamed(string person, string field) => AssertFault(field, row => row.Person = person);

    [Fact]
    public void FaultOf_EachBadField_IsNamed() =>
        Assert.Multiple(
            () => AssertFault("version", row => row.Version = 0),
            () => AssertFault("version", row => row.Version = -1),
            () => AssertFault("as_of_unix_micros", row => row.AsOfUnixMicros = 0),
            () => AssertFault("as_of_unix_micros", row => row.AsOfUnixMicros = -1),
            () => AssertFault("as_of_unix_micros", row => row.AsOfUnixMicros = Samples.NowMicros + FiveMinutes + 1),
            () => AssertFault("as_of_unix_micros", row => row.AsOfUnixMicros = long.MaxValue),
            () => AssertFault("opted_in_unix_micros", row => row.OptedInUnixMicros = -1),
            () => AssertFault("opted_in_unix_micros", row => row.OptedInUnixMicros = Samples.NowMicros + FiveMinutes + 1),
            () => AssertFault("score", row => row.Score = 349),
            () => AssertFault("score", row => row.Score = 951),
            () => AssertFault("score", row => row.Score = -1),
            () => AssertFault("score", row => row.ContactNetwork = 600)
        );

    [Fact]
    public void FaultOf_NoScoreAtAll_NamesTheFirstDimension() => AssertFault("credit_history", row => row.Score = 0);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 349)]
    [InlineData(2, 951)]
    [InlineData(3, -600)]
    [InlineData(4, 0)]
    public void FaultOf_OneBadDimension_NamesIt(int place, int value) =>
        AssertFault(
            Dimensions[place],
            row =>
            {
                int[] parts = [600, 600, 600, 600, 600];
                parts[place] = value;
                SetParts(row, parts[0], parts[1], parts[2], parts[3], parts[4]);
            }
        );

    [Fact]
    public void FaultOf_AnyRow_NeverThrows() =>
        Gen.Select(Gen.String, Gen.Long, Gen.Int, Gen.Long, Gen.Long, Gen.Int)
            .Sample(
                (person, version, score, asOf, optedIn, part) =>
                    _ = ScoreRowRules.FaultOf(
                        new ScoreRow
                        {
                            Person = person,
                            Version = version,
                            Score = score,
                            AsOfUnixMicros = asOf,
                            OptedInUnixMicros = optedIn,
                            CreditHistory = part,
                        },
                        Samples.NowMicros
                    )
            );

    [Fact]
    public void ScoreOf_WholeScore_IsIt()
    {
        var row = Good();

        Assert.Null(ScoreRowRules.PartsOf(row));
        Assert.Equal(700, ScoreRowRules.ScoreOf(row));
    }

    [Fact]
    public void ScoreOf_Dimensions_IsComposed()
    {
        var row = Good();
        SetParts(row, 700, 650, 600, 550, 500);

        Assert.Equal(635, ScoreRowRules.ScoreOf(row));
        Assert.Equal(new Gateway.Persons.ScoreParts(700, 650, 600, 550, 500), ScoreRowRules.PartsOf(row));
    }

    [Fact]
    public void NotOptedIn_Line_IsNamed() =>
        Assert.Equal((7, "opted_in_unix_micros"), (ScoreRowRules.NotOptedIn(7).Line, ScoreRowRules.NotOptedIn(7).Field));

    private static void AssertFault(string field, Action<ScoreRow> change)
    {
        var fault = FaultOf(change);
        Assert.Equal((12, field), (fault?.Line, fault?.Field));
        Assert.NotEmpty(fault!.Description);
    }

    private static RejectedRow? FaultOf(Action<ScoreRow> change)
    {
        var row = Good();
        change(row);
        return ScoreRowRules.FaultOf(row, Samples.NowMicros);
    }

    private static ScoreRow Good() =>
        new()
        {
            Line = 12,
            Person = "person-1",
            Version = 1,
            Score = 700,
            AsOfUnixMicros = Samples.NowMicros,
        };

    private static void SetParts(ScoreRow row, int history, int capacity, int behaviour, int personal, int network)
    {
        row.Score = 0;
        (row.CreditHistory, row.FulfilmentCapacity, row.BehaviourPreference) = (history, capacity, behaviour);
        (row.PersonalCharacteristics, row.ContactNetwork) = (personal, network);
    }
}
