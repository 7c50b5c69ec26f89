using SesameGrpc.Gateway.Ledger;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Ledger;

public sealed class ObligationRulesTests
{
    private static readonly long Now = Samples.NowMicros;
    private static readonly Obligation Active = Samples.Waiver;
    private static readonly Obligation Settling = ObligationRules.Charge(Active, 5_000, [1], Now, Now + 100, Now + 10).After;

    [Fact]
    public void Open_NewObligation_HoldsItsAmount()
    {
        var posting = ObligationRules.Open(Active, []);

        Assert.Equal((Active.HeldFen, 1), (posting.OpenFen, posting.OpenCount));
        Assert.Equal([new LedgerEntry(EntryKind.Hold, Active.HeldFen)], posting.Entries);
        Assert.Equal(ObligationEvent.Granted, posting.Event);
    }

    [Fact]
    public void Charge_KeepsTheHoldAndSchedulesACollection()
    {
        var posting = ObligationRules.Charge(Active, 5_000, [1], Now, Now + 100, Now + 10);

        Assert.Equal((ObligationState.Settling, 2, 5_000), (posting.After.State, posting.After.Revision, posting.After.OutstandingFen));
        Assert.Equal((0, 0), (posting.OpenFen, posting.OpenCount));
        Assert.Equal((CollectionState.Scheduled, 5_000, Now + 10), Of(posting.After.Collection!));
        Assert.Equal((EntryKind.Charge, 5_000), Of(Assert.Single(posting.Entries)));
        Assert.Equal((Now, Now + 100), (posting.After.CompletedMicros, posting.After.PaymentDueMicros));
    }

    [Fact]
    public void Correct_Down_LowersChargeAndScheduledCollection()
    {
        var posting = ObligationRules.Correct(Settling, 4_000, [2], Now + 1);

        Assert.Equal((ObligationState.Settling, 4_000), (posting.After.State, posting.After.ChargedFen));
        Assert.Equal((CollectionState.Scheduled, 4_000, Now + 10), Of(posting.After.Collection!));
        Assert.Equal((EntryKind.Correct, 1_000), Of(Assert.Single(posting.Entries)));
        Assert.Equal(ObligationEvent.ChargeCorrected, posting.Event);
    }

    [Fact]
    public void Correct_AfterADecline_LeavesTheCollectionAsItIs()
    {
        var declined = Settling with { Collection = Settling.Collection! with { State = CollectionState.Declined, NextMicros = null } };

        Assert.Same(declined.Collection, ObligationRules.Correct(declined, 1, [2], Now).After.Collection);
    }

    [Fact]
    public void Correct_ToNothing_ReleasesAll()
    {
        var posting = ObligationRules.Correct(Settling, 0, [2], Now + 1);

        Assert.Equal((ObligationState.Released, 0, Now + 1), (posting.After.State, posting.After.ChargedFen, posting.After.EndedMicros));
        Assert.Equal(CollectionState.Withdrawn, posting.After.Collection!.State);
        Assert.Equal((-Active.HeldFen, -1), (posting.OpenFen, posting.OpenCount));
        Assert.Equal([(EntryKind.Correct, 5_000), (EntryKind.Release, Active.HeldFen)], posting.Entries.Select(Of));
    }

    [Theory]
    [InlineData(CollectionState.Scheduled, CollectionState.Withdrawn)]
    [InlineData(CollectionState.Submitted, CollectionState.Reversing)]
    [InlineData(CollectionState.Declined, CollectionState.Declined)]
    public void Settle_ByThePartner_WithdrawsOrUndoesTheCollection(object before, object after)
    {
        var settling = Settling with { Collection = Settling.Collection! with { State = (CollectionState)before, Tries = 3 } };

        var posting = ObligationRules.Settle(settling, SettledBy.Partner, Now + 5);

        Assert.Equal(
            (ObligationState.Settled, SettledBy.Partner, 5_000),
            (posting.After.State, posting.After.SettledBy, posting.After.CollectedFen)
        );
        Assert.Equal((CollectionState)after, posting.After.Collection!.State);
        Assert.Equal(
            (CollectionState)after == CollectionState.Reversing ? (0, (long?)Now + 5) : (3, posting.After.Collection.NextMicros),
            (posting.After.Collection.Tries, posting.After.Collection.NextMicros)
        );
    }

    [Fact]
    public void Settle_ByCollection_CapturesTheChargeAndReleasesTheRest()
    {
        var posting = ObligationRules.Settle(Settling, SettledBy.Collection, Now + 5);

        Assert.Equal((CollectionState.Collected, 5_000, null), Of(posting.After.Collection!));
        Assert.Equal([(EntryKind.Capture, 5_000), (EntryKind.Release, Active.HeldFen - 5_000)], posting.Entries.Select(Of));
        Assert.Equal(0, posting.After.OutstandingFen);
    }

    [Fact]
    public void Settle_ByCollection_ForgetsWhyEarlierTriesFailed()
    {
        var tried = Settling with
        {
            Collection = Settling.Collection! with { State = CollectionState.Submitted, Tries = 2, Cause = "Unavailable" },
        };

        Assert.Equal(
            tried.Collection with
            {
                State = CollectionState.Collected,
                NextMicros = null,
                Cause = "",
            },
            ObligationRules.Settle(tried, SettledBy.Collection, Now).After.Collection
        );
    }

    [Fact]
    public void Charge_And_Correct_KeepTheLinesInRowAndJournal()
    {
        byte[] lines = [7];
        foreach (
            var posting in new[]
            {
                ObligationRules.Charge(Active, 5_000, lines, Now, Now, Now),
                ObligationRules.Correct(Settling, 4_000, lines, Now),
                ObligationRules.Correct(Settling, 0, lines, Now),
            }
        )
        {
            Assert.Same(lines, posting.After.Charge);
            Assert.Same(lines, posting.Entries[0].Detail);
        }
    }

    [Fact]
    public void Schedule_IsTheFirstAttemptUntried() =>
        Assert.Equal(
            new Collection
            {
                State = CollectionState.Scheduled,
                AmountFen = 5_000,
                Attempt = 1,
                Tries = 0,
                NextMicros = Now,
                Cause = "",
            },
            Collection.Schedule(5_000, Now)
        );

    [Theory]
    [InlineData(CollectionState.Scheduled, false)]
    [InlineData(CollectionState.Submitted, true)]
    [InlineData(CollectionState.Collected, false)]
    [InlineData(CollectionState.Declined, false)]
    [InlineData(CollectionState.Withdrawn, false)]
    [InlineData(CollectionState.Reversing, true)]
    [InlineData(CollectionState.Reversed, false)]
    public void IsUnderWay_OfEachState_IsWhetherTheMoneyMayMove(object state, bool isUnderWay) =>
        Assert.Equal(isUnderWay, (Collection.Schedule(1, 1) with { State = (CollectionState)state }).IsUnderWay);

    [Fact]
    public void Settle_OfTheWholeHold_HasNothingToRelease()
    {
        var whole = ObligationRules.Charge(Active, Active.HeldFen, [1], Now, Now, Now).After;

        Assert.Equal((EntryKind.Capture, Active.HeldFen), Of(Assert.Single(ObligationRules.Settle(whole, SettledBy.Partner, Now).Entries)));
    }

    [Fact]
    public void WriteOff_OfACharge_GivesUpWhatIsOutstandingAndReleasesTheRest()
    {
        var posting = ObligationRules.WriteOff(ObligationRules.MarkOverdue(Settling).After, "moved away", Now + 9);

        Assert.Equal(
            (ObligationState.WrittenOff, Now + 9, 0),
            (posting.After.State, posting.After.EndedMicros, posting.After.OutstandingFen)
        );
        Assert.Equal([(EntryKind.WriteOff, 5_000), (EntryKind.Release, Active.HeldFen - 5_000)], posting.Entries.Select(Of));
        Assert.Equal(CollectionState.Withdrawn, posting.After.Collection!.State);
        Assert.Equal("moved away"u8, posting.Entries[0].Detail!);
    }

    [Fact]
    public void WriteOff_OfWhatNeverCameBack_GivesUpAllThatIsHeld() =>
        Assert.Equal(
            [(EntryKind.WriteOff, Active.HeldFen)],
            ObligationRules.WriteOff(ObligationRules.MarkOverdue(Active).After, "lost", Now).Entries.Select(Of)
        );

    [Fact]
    public void Cancel_And_Release_EndTheHold()
    {
        var (cancel, release) = (ObligationRules.Cancel(Active, Now + 1), ObligationRules.Release(Active, Now + 2));

        Assert.Equal(
            (ObligationState.Cancelled, EntryKind.Cancel, Active.HeldFen),
            (cancel.After.State, cancel.Entries[0].Kind, cancel.Entries[0].AmountFen)
        );
        Assert.Equal(
            (ObligationState.Released, EntryKind.Release, Active.HeldFen),
            (release.After.State, release.Entries[0].Kind, release.Entries[0].AmountFen)
        );
        Assert.Equal((null, Now + 2), (cancel.After.CompletedMicros, release.After.CompletedMicros));
        Assert.Equal((Now + 1, Now + 2), (cancel.After.EndedMicros, release.After.EndedMicros));
    }

    [Fact]
    public void Extend_MovesTheDueTimeOnly()
    {
        var posting = ObligationRules.Extend(Active with { DueMicros = Now }, Now + 7);

        Assert.Equal((Now + 7, 2, ObligationState.Active), (posting.After.DueMicros, posting.After.Revision, posting.After.State));
        Assert.Equal((EntryKind.Extend, 0), Of(Assert.Single(posting.Entries)));
        Assert.Equal(ObligationEvent.Extended, posting.Event);
    }

    [Fact]
    public void IsPastDue_IsStrictlyAfterTheTimeOfTheState()
    {
        Assert.False(ObligationRules.IsPastDue(Active with { DueMicros = Now }, Now));
        Assert.True(ObligationRules.IsPastDue(Active with { DueMicros = Now }, Now + 1));
        Assert.False(ObligationRules.IsPastDue(Active with { DueMicros = null }, Now + 1));
        Assert.False(ObligationRules.IsPastDue(Settling, Now + 100));
        Assert.True(ObligationRules.IsPastDue(Settling, Now + 101));
        Assert.False(ObligationRules.IsPastDue(ObligationRules.MarkOverdue(Settling).After, Now + 101));
    }

    [Fact]
    public void Collecting_ChangesNeitherRevisionNorJournal()
    {
        var posting = ObligationRules.Collecting(Settling, Settling.Collection! with { State = CollectionState.Submitted });

        Assert.Equal((Settling.Revision, CollectionState.Submitted), (posting.After.Revision, posting.After.Collection!.State));
        Assert.Empty(posting.Entries);
        Assert.Null(posting.Event);
    }

    private static (EntryKind, long) Of(LedgerEntry entry) => (entry.Kind, entry.AmountFen);

    private static (CollectionState, long, long?) Of(Collection collection) =>
        (collection.State, collection.AmountFen, collection.NextMicros);
}
