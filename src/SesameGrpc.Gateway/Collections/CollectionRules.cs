using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using SesameGrpc.Contracts.Rail.V1;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Storage;
using Collection = SesameGrpc.Gateway.Ledger.Collection;

namespace SesameGrpc.Gateway.Collections;

/// <summary>
/// What comes next in a collection. Pure. Invariants: an attempt gets a new id only after the one before was declined; an answer that says nothing about the money
/// changes nothing but the time of the next try; a collection that is to be undone ends by a refund only.
/// </summary>
internal static class CollectionRules
{
    // Answers of the payment system may be late or lost; the same id is asked again after 1 s, 5 s, 30 s, 2 min, 10 min, then about every 30 min.
    private static readonly TimeSpan[] Backoff =
    [
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(10),
    ];

    private static readonly TimeSpan SlowPace = TimeSpan.FromMinutes(30);

    // How long after each decline the next attempt comes; after the decline that follows the last of them there is none.
    private static readonly TimeSpan[] AttemptDelays =
    [
        TimeSpan.FromHours(1),
        TimeSpan.FromHours(6),
        TimeSpan.FromHours(24),
        TimeSpan.FromHours(72),
    ];

    /// <summary>The payment system's idempotency key of one attempt.</summary>
    public static string CollectionId(string obligationId, int attempt) => $"{obligationId}.{attempt}";

    /// <summary>What an answer about this collection_id says.</summary>
    public static RailAnswer Read(Contracts.Rail.V1.Collection? answer, string collectionId)
    {
        if (answer is null || answer.CollectionId != collectionId)
        {
            return new RailAnswer(RailOutcome.Misunderstood, "AnotherCollection");
        }

        var reason = answer.Decline?.Reason ?? DeclineReason.Unspecified;
        return answer.Status switch
        {
            CollectionStatus.Collected => new RailAnswer(RailOutcome.Collected, ""),
            CollectionStatus.Pending => new RailAnswer(RailOutcome.Pending, RailAnswer.PendingCause),
            CollectionStatus.Declined when answer.Decline?.LaterAttemptMaySucceed == true => new RailAnswer(
                RailOutcome.DeclinedForNow,
                reason.ToString()
            ),
            CollectionStatus.Declined => new RailAnswer(RailOutcome.DeclinedForGood, reason.ToString()),
            _ => new RailAnswer(RailOutcome.Misunderstood, "UnknownStatus"),
        };
    }

    /// <summary>What a status other than OK says: never that the money was not taken.</summary>
    public static RailAnswer Read(StatusCode code) =>
        code
            is StatusCode.Unavailable
                or StatusCode.DeadlineExceeded
                or StatusCode.Unknown
                or StatusCode.Internal
                or StatusCode.Aborted
                or StatusCode.Cancelled
                or StatusCode.ResourceExhausted
            ? new RailAnswer(RailOutcome.Unknown, code.ToString())
            : new RailAnswer(RailOutcome.Misunderstood, code.ToString());

    /// <summary>What the answer to a refund says: only a decline is sure to keep no money.</summary>
    public static RailAnswer ReadRefund(Contracts.Rail.V1.Collection? answer, string collectionId) =>
        Read(answer, collectionId) switch
        {
            { Outcome: RailOutcome.DeclinedForNow or RailOutcome.DeclinedForGood } => new RailAnswer(RailOutcome.Refunded, ""),
            { Outcome: RailOutcome.Misunderstood } misunderstood => misunderstood,
            var other => new RailAnswer(RailOutcome.Misunderstood, other.Outcome.ToString()),
        };

    /// <summary>What the answer to a refund of a part says: it is done where so much has been given back in all.</summary>
    public static RailAnswer ReadRefundPart(Contracts.Rail.V1.Collection? answer, string collectionId, long refundedFen) =>
        Read(answer, collectionId) switch
        {
            { Outcome: RailOutcome.Collected } => answer!.RefundedAmount?.MinorUnits == refundedFen
                ? new RailAnswer(RailOutcome.PartRefunded, "")
                : new RailAnswer(RailOutcome.Misunderstood, "AnotherAmount"),
            { Outcome: RailOutcome.Misunderstood } misunderstood => misunderstood,
            var other => new RailAnswer(RailOutcome.Misunderstood, other.Outcome.ToString()),
        };

    /// <summary>The collection as taken by one instance for the length of the lease; null when there is nothing to do now.</summary>
    public static Collection? Take(Collection collection, long nowMicros, TimeSpan lease)
    {
        if (collection.NextMicros is not { } next || next > nowMicros)
        {
            return null;
        }

        var until = nowMicros + lease.ToMicros();
        return collection.State switch
        {
            CollectionState.Scheduled => collection with { State = CollectionState.Submitted, Tries = 1, NextMicros = until },
            CollectionState.Submitted or CollectionState.Reversing or CollectionState.Refunding => collection with
            {
                Tries = collection.Tries + 1,
                NextMicros = until,
            },
            _ => null,
        };
    }

    /// <summary>Whether the payment system has said PENDING last, so that the question is how it stands rather than to collect.</summary>
    public static bool IsPending(Collection taken) => taken is { State: CollectionState.Submitted, Cause: RailAnswer.PendingCause };

    /// <summary>
    /// The collection after an answer to what was taken; state Collected means that the obligation is settled. Null: the answer changes nothing, because the
    /// collection has moved on since, or because another instance has taken it and waits for an answer of its own.
    /// </summary>
    public static Collection? After(Collection now, Collection taken, RailAnswer answer, string obligationId, long nowMicros)
    {
        if (now.Attempt != taken.Attempt || now.State != taken.State)
        {
            return null;
        }

        return (now.State, answer.Outcome) switch
        {
            (CollectionState.Submitted, RailOutcome.Collected) => End(now, CollectionState.Collected, ""),
            (CollectionState.Submitted, RailOutcome.DeclinedForGood) => End(now, CollectionState.Declined, answer.Cause),
            (CollectionState.Submitted, RailOutcome.DeclinedForNow) => NextAttempt(now, answer.Cause, nowMicros),
            (CollectionState.Reversing, RailOutcome.Refunded) => End(now, CollectionState.Reversed, ""),

            // More was to be given back since it was taken: that began anew, with a try of its own.
            _ when now.Tries != taken.Tries => null,
            (CollectionState.Refunding, RailOutcome.PartRefunded) => End(now, CollectionState.Collected, ""),
            _ => now with { NextMicros = nowMicros + Delay(now, answer, obligationId).ToMicros(), Cause = answer.Cause },
        };
    }

    private static Collection End(Collection collection, CollectionState state, string cause) =>
        collection with
        {
            State = state,
            NextMicros = null,
            Cause = cause,
        };

    private static Collection NextAttempt(Collection declined, string cause, long nowMicros) =>
        declined.Attempt > AttemptDelays.Length
            ? End(declined, CollectionState.Declined, cause)
            : declined with
            {
                State = CollectionState.Scheduled,
                Attempt = declined.Attempt + 1,
                Tries = 0,
                NextMicros = nowMicros + AttemptDelays[declined.Attempt - 1].ToMicros(),
                Cause = cause,
            };

    private static TimeSpan Delay(Collection collection, RailAnswer answer, string obligationId)
    {
        var isSoon = answer.Outcome != RailOutcome.Misunderstood && collection.Tries <= Backoff.Length;
        var delay = isSoon ? Backoff[Math.Max(0, collection.Tries - 1)] : SlowPace;
        return delay * Jitter($"{CollectionId(obligationId, collection.Attempt)}.{collection.Tries}");
    }

    // Between 0.8 and 1.2: what was refused together does not come back together. Out of a hash, so that the same facts always give the same plan.
    private static double Jitter(string text) =>
        0.8 + (0.4 * BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) / uint.MaxValue);
}
