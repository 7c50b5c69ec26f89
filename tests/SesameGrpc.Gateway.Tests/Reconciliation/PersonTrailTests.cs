using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Reconciliation;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Reconciliation;

public sealed class PersonTrailTests
{
    private static readonly string[] Scopes = ["all", "partner:bike", "programme:ride"];
    private readonly List<string> differences = [];

    [Fact]
    public void Compare_WithSumsOfTheJournal_FindsNothing()
    {
        var trail = Trail(
            (EntryKind.Hold, 100, ObligationState.Active),
            (EntryKind.Hold, 40, ObligationState.Active),
            (EntryKind.Charge, 30, ObligationState.Settling),
            (EntryKind.Correct, 10, ObligationState.Settling),
            (EntryKind.Capture, 20, ObligationState.Settled),
            (EntryKind.Release, 80, ObligationState.Settled)
        );

        trail.Compare([.. Scopes.Select(scope => new StoredExposure(scope, 40, 1, 200, 5, 6))]);

        Assert.Empty(differences);
    }

    /// <summary>Entries of a deleted obligation keep their numbers, and count in the scope of all alone.</summary>
    [Fact]
    public void Compare_WithRetiredEntries_CountsThemInTheScopeOfAllAlone()
    {
        var trail = new PersonTrail(differences.Add);
        trail.Add(new TrailEntry("p", 1, "", EntryKind.Retired, 0, default, null), null, null);
        trail.Add(new TrailEntry("p", 2, "", EntryKind.Retired, 0, default, null), null, null);
        trail.Add(new TrailEntry("p", 3, "o", EntryKind.Hold, 100, ObligationState.Active, null), "bike", "ride");

        trail.Compare([.. Scopes.Select(scope => new StoredExposure(scope, 100, 1, 200, 5, scope == "all" ? 3 : 1))]);

        Assert.Empty(differences);
    }

    [Theory]
    [InlineData(EntryKind.Retired, "o", 0, 0)]
    [InlineData(EntryKind.Retired, "", 1, 0)]
    [InlineData(EntryKind.Retired, "", 0, 1)]
    [InlineData(EntryKind.Hold, "", 0, 1)]
    public void Add_OfAnEntryThatIsNeitherRetiredNorOfAnObligation_NamesIt(object kind, string obligation, long fen, int state)
    {
        var trail = new PersonTrail(differences.Add);

        trail.Add(new TrailEntry("p", 1, obligation, (EntryKind)kind, fen, (ObligationState)state, null), null, null);

        Assert.Equal($"Entry 1 ({(EntryKind)kind}) is neither of an obligation nor of one that was deleted.", Assert.Single(differences));
    }

    [Theory]
    [InlineData(EntryKind.Release, ObligationState.Released)]
    [InlineData(EntryKind.Cancel, ObligationState.Cancelled)]
    [InlineData(EntryKind.WriteOff, ObligationState.WrittenOff)]
    [InlineData(EntryKind.Capture, ObligationState.Settled)]
    public void Compare_AfterTheHoldHasEnded_NothingIsOpen(object kind, object state)
    {
        var trail = Trail((EntryKind.Hold, 100, ObligationState.Active), ((EntryKind)kind, 100, (ObligationState)state));

        trail.Compare([.. Scopes.Select(scope => new StoredExposure(scope, 0, 0, 100, 1, 2))]);

        Assert.Empty(differences);
    }

    [Theory]
    [InlineData(99, 1, 1, "The exposure in scope all has the amount 99; the journal comes to 100.")]
    [InlineData(100, 2, 1, "The exposure in scope all has the number 2; the journal comes to 1.")]
    [InlineData(100, 1, 2, "The exposure in scope all has the version 2; the journal comes to 1.")]
    public void Compare_WithACounterOff_NamesIt(long fen, long count, long version, string difference)
    {
        var trail = Trail((EntryKind.Hold, 100, ObligationState.Active));

        trail.Compare([new StoredExposure("all", fen, count, 200, 5, version), Sound("partner:bike"), Sound("programme:ride")]);

        Assert.Equal(difference, Assert.Single(differences));
    }

    [Theory]
    [InlineData(99, 5)]
    [InlineData(200, 0)]
    public void Compare_BeyondTheCeiling_NamesIt(long ceilingFen, long ceilingCount)
    {
        var trail = Trail((EntryKind.Hold, 100, ObligationState.Active));

        trail.Compare([new StoredExposure("all", 100, 1, ceilingFen, ceilingCount, 1), Sound("partner:bike"), Sound("programme:ride")]);

        Assert.Contains("is outside of the limit it was held under", Assert.Single(differences), StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_ScopesOfOneSideOnly_NamesThem()
    {
        var trail = Trail((EntryKind.Hold, 100, ObligationState.Active));

        trail.Compare([Sound("all"), Sound("partner:bike"), Sound("partner:other")]);

        Assert.Equal(
            [
                "The exposure in scope partner:other stands without any entry in the journal.",
                "There is no exposure in scope programme:ride, though the journal has entries in it.",
            ],
            differences
        );
    }

    [Fact]
    public void Add_VersionsWithGaps_NamesWhatIsMissing()
    {
        var trail = new PersonTrail(differences.Add);
        foreach (var version in new[] { 2, 3, 5, 9 })
        {
            trail.Add(new TrailEntry("p", version, "o", EntryKind.Extend, 0, ObligationState.Active, null), "bike", "ride");
        }

        Assert.Equal(
            ["Entry 1 is missing in the journal.", "Entry 4 is missing in the journal.", "Entries 6 to 8 are missing in the journal."],
            differences
        );
    }

    private PersonTrail Trail(params (EntryKind Kind, long Fen, ObligationState State)[] entries)
    {
        var trail = new PersonTrail(differences.Add);
        foreach (var (entry, index) in entries.Select((entry, index) => (entry, index)))
        {
            trail.Add(new TrailEntry("p", index + 1, "o", entry.Kind, entry.Fen, entry.State, null), "bike", "ride");
        }

        return trail;
    }

    private static StoredExposure Sound(string scope) => new(scope, 100, 1, 200, 5, 1);
}
