using CsCheck;
using Grpc.Core;
using SesameGrpc.Contracts.Rail.V1;
using SesameGrpc.Gateway.Collections;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Storage;
using Xunit;
using Collection = SesameGrpc.Gateway.Ledger.Collection;

namespace SesameGrpc.Gateway.Tests.Collections;

public sealed class CollectionRulesTests
{
    private const string Obligation = "0123456789abcdef0123456789abcdef";
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly long Now = Samples.Now.ToMicros();
    private static readonly Collection Scheduled = Collection.Schedule(19_900, Now);
    private static readonly Collection Submitted = CollectionRules.Take(Scheduled, Now, Lease)!;
    private static readonly Collection Collected = Submitted with { State = CollectionState.Collected, NextMicros = null };
    private static readonly Collection Reversing = CollectionRules.Take(Submitted.NotNeeded(Now), Now, Lease)!;

    [Fact]
    public void CollectionId_OfEachAttempt_IsItsOwn()
    {
        Assert.Equal($"{Obligation}.1", CollectionRules.CollectionId(Obligation, 1));
        Assert.NotEqual(CollectionRules.CollectionId(Obligation, 1), CollectionRules.CollectionId(Obligation, 2));
    }

    [Fact]
    public void Take_WhatIsNotDueOrEnded_TakesNothing()
    {
        Assert.Null(CollectionRules.Take(Scheduled, Now - 1, Lease));
        Assert.Null(CollectionRules.Take(Scheduled with { NextMicros = null }, Now, Lease));
        Assert.Null(CollectionRules.Take(Scheduled with { State = CollectionState.Collected }, Now, Lease));
        Assert.Null(CollectionRules.Take(Submitted, Now, Lease));
    }

    [Fact]
    public void Take_WhatIsScheduled_SubmitsItForTheLengthOfTheLease() =>
        Assert.Equal(Scheduled with { State = CollectionState.Submitted, Tries = 1, NextMicros = Now + 15_000_000 }, Submitted);

    [Fact]
    public void Take_WhenTheLeaseHasPassed_RepeatsTheSameAttempt()
    {
        var again = CollectionRules.Take(Submitted, Now + 15_000_000, Lease)!;

        Assert.Equal((CollectionState.Submitted, 1, 2), (again.State, again.Attempt, again.Tries));
        Assert.Equal(Now + 30_000_000, again.NextMicros);
    }

    [Fact]
    public void After_Collected_Ends() => AssertEnds(CollectionState.Collected, "", After(Submitted, Answer(RailOutcome.Collected)));

    [Fact]
    public void After_DeclinedForGood_Ends() =>
        AssertEnds(CollectionState.Declined, "Why", After(Submitted, Answer(RailOutcome.DeclinedForGood, "Why")));

    [Fact]
    public void After_DeclinedForNow_ComesAgainFourTimesUnderNewIds()
    {
        var collection = Scheduled;
        var hours = new List<double>();
        for (var at = Now; collection is { State: CollectionState.Scheduled }; at = collection!.NextMicros ?? at)
        {
            var taken = CollectionRules.Take(collection, at, Lease)!;
            Assert.Equal(hours.Count + 1, taken.Attempt);
            collection = CollectionRules.After(taken, taken, Answer(RailOutcome.DeclinedForNow, "Why"), Obligation, at);
            hours.Add(TimeSpan.FromMicroseconds((collection!.NextMicros ?? at) - at).TotalHours);
        }

        Assert.Equal([1, 6, 24, 72, 0], hours);
        AssertEnds(CollectionState.Declined, "Why", collection);
    }

    [Theory]
    [InlineData(RailOutcome.Pending)]
    [InlineData(RailOutcome.Unknown)]
    [InlineData(RailOutcome.Refunded)]
    public void After_NothingCertain_AsksForTheSameAttemptAgainEverMoreSlowly(object outcome)
    {
        var collection = Submitted;
        var seconds = new List<double>();
        foreach (var expected in (double[])[1, 5, 30, 120, 600, 1800, 1800, 1800])
        {
            var after = After(collection, Answer((RailOutcome)outcome, "Why"))!;
            Assert.Equal(collection with { NextMicros = after.NextMicros, Cause = "Why" }, after);
            Assert.InRange(TimeSpan.FromMicroseconds(after.NextMicros!.Value - Now).TotalSeconds, 0.8 * expected, 1.2 * expected);
            Assert.Equal(after, After(collection, Answer((RailOutcome)outcome, "Why")));
            seconds.Add(after.NextMicros.Value);
            collection = collection with { Tries = collection.Tries + 1 };
        }

        Assert.Equal(seconds.Count, seconds.Distinct().Count());
    }

    [Fact]
    public void After_Misunderstood_GoesSlowlyFromTheStart() =>
        Assert.InRange(
            TimeSpan.FromMicroseconds(After(Submitted, Answer(RailOutcome.Misunderstood))!.NextMicros!.Value - Now).TotalMinutes,
            24,
            36
        );

    [Theory]
    [InlineData(RailOutcome.Collected)]
    [InlineData(RailOutcome.DeclinedForNow)]
    [InlineData(RailOutcome.DeclinedForGood)]
    [InlineData(RailOutcome.Unknown)]
    public void After_AnyAnswerToACollectThatIsToBeUndone_LeavesTheRefundDue(object outcome)
    {
        var undone = Submitted.NotNeeded(Now);

        Assert.Null(CollectionRules.After(undone, Submitted, Answer((RailOutcome)outcome), Obligation, Now));
        Assert.Equal((CollectionState.Reversing, Now), (undone.State, undone.NextMicros));
        Assert.NotNull(CollectionRules.Take(undone, Now, Lease));
    }

    [Fact]
    public void After_Refunded_IsReversed() => AssertEnds(CollectionState.Reversed, "", After(Reversing, Answer(RailOutcome.Refunded)));

    [Theory]
    [InlineData(RailOutcome.Unknown)]
    [InlineData(RailOutcome.Misunderstood)]
    [InlineData(RailOutcome.Collected)]
    public void After_RefundWithoutCertainty_IsAskedAgain(object outcome) =>
        Assert.Equal(CollectionState.Reversing, After(Reversing, Answer((RailOutcome)outcome))!.State);

    [Fact]
    public void After_AnotherInstanceHasTakenIt_OnlyWhatIsCertainCounts()
    {
        var elsewhere = Submitted with { Tries = 2 };

        Assert.Null(CollectionRules.After(elsewhere, Submitted, Answer(RailOutcome.Unknown), Obligation, Now));
        Assert.Equal(
            CollectionState.Collected,
            CollectionRules.After(elsewhere, Submitted, Answer(RailOutcome.Collected), Obligation, Now)!.State
        );
    }

    [Fact]
    public void After_TheNextAttemptHasBegun_CountsForNothing() =>
        Assert.Null(CollectionRules.After(Submitted with { Attempt = 2 }, Submitted, Answer(RailOutcome.DeclinedForNow), Obligation, Now));

    [Fact]
    public void IsPending_OnlyAfterPending_AsksHowItStands()
    {
        Assert.False(CollectionRules.IsPending(Submitted));
        Assert.True(CollectionRules.IsPending(Submitted with { Cause = RailAnswer.PendingCause }));
        Assert.False(CollectionRules.IsPending(Reversing with { Cause = RailAnswer.PendingCause }));
    }

    [Fact]
    public void Read_EveryStatus_NeverSaysThatNothingWasTaken()
    {
        foreach (var code in Enum.GetValues<StatusCode>().Where(code => code != StatusCode.OK))
        {
            var answer = CollectionRules.Read(code);
            Assert.Contains(answer.Outcome, (RailOutcome[])[RailOutcome.Unknown, RailOutcome.Misunderstood]);
            Assert.Equal(code.ToString(), answer.Cause);
        }

        Assert.Equal(RailOutcome.Unknown, CollectionRules.Read(StatusCode.Unavailable).Outcome);
        Assert.Equal(RailOutcome.Misunderstood, CollectionRules.Read(StatusCode.AlreadyExists).Outcome);
    }

    // All that may come of a call which the payment system has acted on, or will.
    [Fact]
    public void Read_StatusThatLeavesTheOutcomeOpen_IsUnknownAndNotAFaultOfOurs()
    {
        StatusCode[] open =
        [
            StatusCode.Unavailable,
            StatusCode.DeadlineExceeded,
            StatusCode.Unknown,
            StatusCode.Internal,
            StatusCode.Aborted,
            StatusCode.Cancelled,
            StatusCode.ResourceExhausted,
        ];

        Assert.Equal(
            open.Order(),
            Enum.GetValues<StatusCode>().Where(code => CollectionRules.Read(code).Outcome == RailOutcome.Unknown).Order()
        );
    }

    [Fact]
    public void Read_Causes_SayWhatTheOperatorMustKnow()
    {
        var declined = Told(CollectionStatus.Declined);
        Assert.Equal("Unspecified", CollectionRules.Read(declined, "c.1").Cause);
        declined.Decline = new Decline { Reason = DeclineReason.LimitReached };
        Assert.Equal("LimitReached", CollectionRules.Read(declined, "c.1").Cause);
        declined.Decline.LaterAttemptMaySucceed = true;
        Assert.Equal("LimitReached", CollectionRules.Read(declined, "c.1").Cause);

        Assert.Equal("", CollectionRules.Read(Told(CollectionStatus.Collected), "c.1").Cause);
        Assert.Equal(RailAnswer.PendingCause, CollectionRules.Read(Told(CollectionStatus.Pending), "c.1").Cause);
        Assert.Equal("UnknownStatus", CollectionRules.Read(Told(CollectionStatus.Unspecified), "c.1").Cause);
        Assert.Equal("AnotherCollection", CollectionRules.Read(Told(CollectionStatus.Collected), "c.2").Cause);
        Assert.Equal("", CollectionRules.ReadRefund(declined, "c.1").Cause);
        Assert.Equal("Collected", CollectionRules.ReadRefund(Told(CollectionStatus.Collected), "c.1").Cause);
        Assert.Equal("AnotherCollection", CollectionRules.ReadRefund(null, "c.1").Cause);
    }

    [Fact]
    public void After_DeclinedForNow_IsScheduledUntried() =>
        Assert.Equal(
            Scheduled with
            {
                Attempt = 2,
                NextMicros = Now + 3_600_000_000,
                Cause = "Why",
            },
            After(Submitted with { Tries = 3 }, Answer(RailOutcome.DeclinedForNow, "Why"))
        );

    // Beside the second lock, that of the obligation: an answer counts for the state that it was asked in.
    [Fact]
    public void After_TheStateHasMovedOn_CountsForNothing() =>
        Assert.Null(CollectionRules.After(Scheduled, Submitted, Answer(RailOutcome.Collected), Obligation, Now));

    [Theory]
    [InlineData(CollectionStatus.Collected, false, RailOutcome.Collected)]
    [InlineData(CollectionStatus.Pending, false, RailOutcome.Pending)]
    [InlineData(CollectionStatus.Declined, true, RailOutcome.DeclinedForNow)]
    [InlineData(CollectionStatus.Declined, false, RailOutcome.DeclinedForGood)]
    [InlineData(CollectionStatus.Unspecified, false, RailOutcome.Misunderstood)]
    [InlineData((CollectionStatus)99, false, RailOutcome.Misunderstood)]
    public void Read_Collection_IsUnderstood(CollectionStatus status, bool later, object outcome)
    {
        var answer = Told(status);
        answer.Decline =
            status == CollectionStatus.Declined
                ? new Decline { Reason = DeclineReason.LimitReached, LaterAttemptMaySucceed = later }
                : null;

        Assert.Equal((RailOutcome)outcome, CollectionRules.Read(answer, "c.1").Outcome);
        Assert.Equal(RailOutcome.Misunderstood, CollectionRules.Read(answer, "c.2").Outcome);
        Assert.Equal(RailOutcome.Misunderstood, CollectionRules.Read(null, "c.1").Outcome);
    }

    [Fact]
    public void ReadRefund_OnlyADecline_KeepsNoMoney()
    {
        Assert.Equal(RailOutcome.Refunded, CollectionRules.ReadRefund(Told(CollectionStatus.Declined), "c.1").Outcome);
        Assert.Equal(RailOutcome.Misunderstood, CollectionRules.ReadRefund(Told(CollectionStatus.Collected), "c.1").Outcome);
        Assert.Equal(RailOutcome.Misunderstood, CollectionRules.ReadRefund(Told(CollectionStatus.Pending), "c.1").Outcome);
        Assert.Equal(RailOutcome.Misunderstood, CollectionRules.ReadRefund(null, "c.1").Outcome);
    }

    /// <summary>Any interleaving of answers, lapsed leases and the partner's report: a new id only after a decline, and one end.</summary>
    [Fact]
    public void Life_OfAnyCollection_BeginsANewIdOnlyAfterADecline() =>
        Gen.Select(Gen.Enum<RailOutcome>(), Gen.Bool, Gen.Int[0, 19])
            .Array[1, 60]
            .Sample(steps =>
            {
                var (collection, taken, now) = (Scheduled, (Collection?)null, Now);
                foreach (var (outcome, isLate, report) in steps)
                {
                    now = Math.Max(now, collection.NextMicros ?? now);
                    if (!isLate || taken is null)
                    {
                        taken = CollectionRules.Take(collection, now, Lease);
                        collection = taken ?? collection;
                    }

                    if (taken is null)
                    {
                        break;
                    }

                    collection = report == 0 ? collection.NotNeeded(now) : collection;
                    var after = CollectionRules.After(collection, taken, Answer(outcome), Obligation, now) ?? collection;
                    if (after.Attempt != collection.Attempt)
                    {
                        Assert.Equal((RailOutcome.DeclinedForNow, collection.Attempt + 1), (outcome, after.Attempt));
                    }

                    var isEnded = after.State is not (CollectionState.Scheduled or CollectionState.Submitted or CollectionState.Reversing);
                    Assert.Equal(isEnded, after.NextMicros is null);
                    Assert.False(collection.State == CollectionState.Reversing && after.State == CollectionState.Collected);
                    collection = after;
                }
            });

    [Fact]
    public void After_PartRefunded_IsCollectedAgain()
    {
        var refunding = CollectionRules.Take(Collected.Refund(Now), Now, Lease)!;

        Assert.Equal((CollectionState.Refunding, 1), (refunding.State, refunding.Tries));
        AssertEnds(CollectionState.Collected, "", After(refunding, Answer(RailOutcome.PartRefunded)));
    }

    /// <summary>More was refunded while the payment system was asked for less: its answer is about less, and ends nothing.</summary>
    [Fact]
    public void After_PartRefundedOfLessThanIsRefundedNow_ChangesNothing()
    {
        var asked = CollectionRules.Take(Collected.Refund(Now), Now, Lease)!;
        var more = asked.Refund(Now + 1);
        var askedAgain = CollectionRules.Take(more, Now + 1, Lease)!;

        Assert.Null(CollectionRules.After(more, asked, Answer(RailOutcome.PartRefunded), Obligation, Now));
        Assert.Null(CollectionRules.After(askedAgain, asked, Answer(RailOutcome.PartRefunded), Obligation, Now));
        AssertEnds(CollectionState.Collected, "", After(askedAgain, Answer(RailOutcome.PartRefunded)));
    }

    [Theory]
    [InlineData(300, RailOutcome.PartRefunded)]
    [InlineData(299, RailOutcome.Misunderstood)]
    [InlineData(0, RailOutcome.Misunderstood)]
    public void ReadRefundPart_IsDoneOnlyWithTheAmountAskedFor(long refunded, object outcome)
    {
        var answer = new Contracts.Rail.V1.Collection { CollectionId = "c", Status = CollectionStatus.Collected };
        if (refunded > 0)
        {
            answer.RefundedAmount = new Contracts.Partner.V1.Money { CurrencyCode = "CNY", MinorUnits = refunded };
        }

        Assert.Equal((RailOutcome)outcome, CollectionRules.ReadRefundPart(answer, "c", 300).Outcome);
        Assert.Equal(RailOutcome.Misunderstood, CollectionRules.ReadRefundPart(answer, "d", 300).Outcome);
    }

    private static RailAnswer Answer(RailOutcome outcome, string cause = "") => new(outcome, cause);

    private static Collection? After(Collection taken, RailAnswer answer) => CollectionRules.After(taken, taken, answer, Obligation, Now);

    private static Contracts.Rail.V1.Collection Told(CollectionStatus status) => new() { CollectionId = "c.1", Status = status };

    private static void AssertEnds(CollectionState state, string cause, Collection? collection) =>
        Assert.Equal((state, cause, null), (collection!.State, collection.Cause, collection.NextMicros));
}
