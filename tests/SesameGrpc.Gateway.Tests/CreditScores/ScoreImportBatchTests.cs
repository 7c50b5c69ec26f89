using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.CreditScores;
using Xunit;

namespace SesameGrpc.Gateway.Tests.CreditScores;

public sealed class ScoreImportBatchTests
{
    private const long OptedOutAt = 50;

    [Fact]
    public void Apply_NewcomerWithOptIn_IsInsertedAsVersion1()
    {
        var batch = Apply([], Row("p", version: 7, optedIn: 3));

        var person = Assert.Single(batch.Newcomers);
        Assert.Equal((1L, 7L, 3L), (person.Version, person.ScoreVersion, person.OptedInMicros));
        AssertCounts(batch, applied: 1);
        Assert.True(batch.HasNewcomersOnly);
    }

    [Fact]
    public void Apply_NewcomerWithoutOptIn_IsRefused()
    {
        var batch = Apply([], Row("p", optedIn: 0));

        AssertCounts(batch, refused: 1);
        Assert.Empty(batch.Newcomers);
        Assert.False(batch.HasNewcomersOnly);
    }

    [Fact]
    public void Apply_NewcomerTwice_IsInsertedOnceWithTheNewerScore()
    {
        var batch = Apply([], Row("p", version: 1, optedIn: 3), Row("p", version: 2, optedIn: 4), Row("p", version: 2, optedIn: 5));

        var person = Assert.Single(batch.Newcomers);
        Assert.Equal((2L, 2L, 3L), (person.Version, person.ScoreVersion, person.OptedInMicros));
        AssertCounts(batch, applied: 2, unchanged: 1);
        Assert.Empty(batch.Changed);
    }

    [Fact]
    public void Apply_NewcomerFirstWithoutOptInThenWith_IsRefusedThenInserted()
    {
        var batch = Apply([], Row("p", optedIn: 0), Row("p", optedIn: 3), Row("p", version: 2, optedIn: 0));

        AssertCounts(batch, applied: 2, refused: 1);
        Assert.Equal(2, Assert.Single(batch.Newcomers).Version);
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(8, false)]
    [InlineData(7, false)]
    public void Apply_StoredPerson_ChangesOnlyByAHigherVersion(long version, bool changes)
    {
        var batch = Apply([Stored("p", optedIn: true)], Row("p", version, optedIn: 0));

        AssertCounts(batch, applied: changes ? 1 : 0, unchanged: changes ? 0 : 1);
        Assert.Equal(changes ? 1 : 0, batch.Changed.Count);
        Assert.False(batch.HasNewcomersOnly);
    }

    [Fact]
    public void Apply_StoredPersonTwice_IsChangedOnceAndKeepsTheTimeOfTheOptIn()
    {
        var batch = Apply([Stored("p", optedIn: true)], Row("p", version: 9, optedIn: 90), Row("p", version: 10, optedIn: 91));

        var person = Assert.Single(batch.Changed);
        Assert.Equal((4L, 6L, 10L, 10L), (person.StoredVersion, person.Version, person.ScoreVersion, person.OptedInMicros));
        AssertCounts(batch, applied: 2);
    }

    [Theory]
    [InlineData(OptedOutAt + 1, 9, 1, 0, 0)]
    [InlineData(OptedOutAt + 1, 8, 0, 1, 0)]
    [InlineData(OptedOutAt, 9, 0, 0, 1)]
    [InlineData(0, 9, 0, 0, 1)]
    public void Apply_PersonWhoHasOptedOut_NeedsALaterOptInAndAHigherVersion(
        long optedIn,
        long version,
        int applied,
        int unchanged,
        int refused
    )
    {
        var batch = Apply([Stored("p", optedIn: false)], Row("p", version, optedIn));

        AssertCounts(batch, applied, unchanged, refused);
        Assert.Equal(applied, batch.Changed.Count);
    }

    [Fact]
    public void Apply_OptInAfterAnOptOut_TakesItsTimeOver()
    {
        var batch = Apply([Stored("p", optedIn: false)], Row("p", version: 9, optedIn: OptedOutAt + 1));

        var person = Assert.Single(batch.Changed);
        Assert.Equal((true, OptedOutAt + 1, 0L), (person.OptedIn, person.OptedInMicros, person.OptedOutMicros));
    }

    private static ScoreImportBatch Apply(IEnumerable<ScoredPerson> stored, params ScoreRow[] rows)
    {
        var batch = new ScoreImportBatch(stored);
        Array.ForEach(rows, batch.Apply);
        return batch;
    }

    private static void AssertCounts(ScoreImportBatch batch, int applied = 0, int unchanged = 0, int refused = 0) =>
        Assert.Equal((applied, unchanged, refused), ((int)batch.Applied, (int)batch.Unchanged, batch.NotOptedIn.Count));

    private static ScoredPerson Stored(string person, bool optedIn) =>
        ScoredPerson.Stored(person, "id-" + person, version: 4, optedIn, optedInMicros: 10, optedIn ? null : OptedOutAt, scoreVersion: 8);

    private static ScoreRow Row(string person, long version = 1, long optedIn = 1) =>
        new()
        {
            Person = person,
            Version = version,
            Score = 650,
            OptedInUnixMicros = optedIn,
        };
}
