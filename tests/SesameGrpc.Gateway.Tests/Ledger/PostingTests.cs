using SesameGrpc.Gateway.Ledger;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Ledger;

/// <summary>What a change does to the sums and what it is called, whatever the change.</summary>
public sealed class PostingTests
{
    private static readonly long Now = Samples.NowMicros;
    private static readonly Obligation Active = Samples.Waiver;
    private static readonly Obligation Settling = ObligationRules.Charge(Active, 5_000, [1], Now, Now + 100, Now + 10).After;
    private static readonly Obligation Overdue = ObligationRules.MarkOverdue(Settling).After;

    public static TheoryData<string, bool> Changes =>
        new()
        {
            { nameof(ObligationEvent.Extended), false },
            { nameof(ObligationEvent.Completed), false },
            { nameof(ObligationEvent.ChargeCorrected), false },
            { nameof(ObligationEvent.Overdue), false },
            { nameof(ObligationEvent.Released), true },
            { nameof(ObligationEvent.Cancelled), true },
            { nameof(ObligationEvent.Settled), true },
            { nameof(ObligationEvent.WrittenOff), true },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Change_OfEachKind_TellsItsEventUnderTheNextRevision(string what, bool ends)
    {
        foreach (var posting in OfKind(Enum.Parse<ObligationEvent>(what)))
        {
            Assert.Equal(Enum.Parse<ObligationEvent>(what), posting.Event);
            Assert.Equal(posting.Before!.Revision + 1, posting.After.Revision);
            Assert.Equal(ends ? (-Active.HeldFen, -1) : (0, 0), (posting.OpenFen, posting.OpenCount));
            Assert.Equal(ends, posting.After.EndedMicros is not null);
            Assert.Equal(!ends, posting.After.IsOpen);
            Assert.Null(posting.Limits);
        }
    }

    // Entries that end a hold: together they are the hold.
    [Theory]
    [MemberData(nameof(Changes))]
    public void Change_ThatEnds_AccountsForTheWholeHold(string what, bool ends)
    {
        EntryKind[] ending = [EntryKind.Release, EntryKind.Cancel, EntryKind.Capture, EntryKind.WriteOff];
        foreach (var posting in OfKind(Enum.Parse<ObligationEvent>(what)))
        {
            Assert.Equal(
                ends ? Active.HeldFen : 0,
                posting.Entries.Where(entry => ending.Contains(entry.Kind)).Sum(entry => entry.AmountFen)
            );
        }
    }

    [Fact]
    public void Open_Limits_AreThoseThatItFitsInto()
    {
        ScopeLimit[] limits = [new("all", 1, 1, default)];

        Assert.Same(limits, ObligationRules.Open(Active, limits).Limits);
    }

    [Fact]
    public void Sums_OfWhatIsOverOrWasNeverOpen_DoNotChange()
    {
        var over = Active with { State = ObligationState.Released };

        foreach (
            var posting in new[]
            {
                new Posting(null, over, [], null),
                new Posting(over, over, [], null),
                new Posting(over, Active, [], null),
            }
        )
        {
            Assert.Equal((0, 0), (posting.OpenFen, posting.OpenCount));
        }
    }

    [Theory]
    [InlineData(ObligationState.Active, true, false)]
    [InlineData(ObligationState.Closed, true, false)]
    [InlineData(ObligationState.Settling, true, true)]
    [InlineData(ObligationState.Overdue, true, true)]
    [InlineData(ObligationState.Released, false, false)]
    [InlineData(ObligationState.Cancelled, false, false)]
    [InlineData(ObligationState.Settled, false, false)]
    [InlineData(ObligationState.Cleared, false, false)]
    [InlineData(ObligationState.WrittenOff, false, false)]
    public void IsOpen_OfEachState_IsNotYetWhatIsOwed(object state, bool isOpen, bool isOwed)
    {
        var obligation = Active with { State = (ObligationState)state, ChargedFen = 700, CollectedFen = 200 };

        Assert.Equal(isOpen, obligation.IsOpen);
        Assert.Equal(isOwed ? 500 : 0, obligation.OutstandingFen);
    }

    private static Posting[] OfKind(ObligationEvent what) =>
        what switch
        {
            ObligationEvent.Extended => [ObligationRules.Extend(Active, Now)],
            ObligationEvent.Completed => [ObligationRules.Charge(Active, 5_000, [1], Now, Now + 100, Now + 10)],
            ObligationEvent.ChargeCorrected => [ObligationRules.Correct(Settling, 1, [2], Now)],
            ObligationEvent.Overdue => [ObligationRules.MarkOverdue(Active), ObligationRules.MarkOverdue(Settling)],
            ObligationEvent.Released =>
            [
                ObligationRules.Release(Active, Now),
                ObligationRules.Correct(Settling, 0, [2], Now),
                ObligationRules.Correct(Settling with { Collection = null }, 0, [2], Now),
            ],
            ObligationEvent.Cancelled => [ObligationRules.Cancel(Active, Now)],
            ObligationEvent.Settled =>
            [
                ObligationRules.Settle(Settling, SettledBy.Partner, Now),
                ObligationRules.Settle(Settling with { Collection = null }, SettledBy.Partner, Now),
                ObligationRules.Settle(Overdue, SettledBy.Collection, Now),
            ],
            ObligationEvent.WrittenOff =>
            [
                ObligationRules.WriteOff(Overdue, "lost", Now),
                ObligationRules.WriteOff(ObligationRules.MarkOverdue(Active).After, "lost", Now),
            ],
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
}
