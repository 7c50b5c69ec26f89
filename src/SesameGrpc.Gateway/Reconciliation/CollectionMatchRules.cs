using SesameGrpc.Gateway.Ledger;

namespace SesameGrpc.Gateway.Reconciliation;

/// <summary>Compares the instruction to collect a charge with the obligation that it is for. Pure.</summary>
internal static class CollectionMatchRules
{
    public static void Compare(Obligation stored, ObligationTrail trail, Action<string> differs)
    {
        if (stored.Collection is not { } collection)
        {
            if (trail.FirstChargeFen > 0)
            {
                differs("It was charged, but there is no collection.");
            }

            return;
        }

        if (trail.FirstChargeFen == 0)
        {
            differs($"Its collection is {collection.State}, but nothing was ever charged.");
            return;
        }

        if (!AllowedIn(stored).Contains(collection.State))
        {
            differs($"Its collection is {collection.State}, which does not go with {stored.State}{By(stored)}.");
        }

        // After a decline, and when a correction made it unnecessary, the instruction stays as it was.
        var mayBeHigher =
            collection.State == CollectionState.Declined
            || collection is { State: CollectionState.Withdrawn } && stored.State == ObligationState.Released;
        if (
            collection.AmountFen != trail.ChargedFen
            && !(mayBeHigher && collection.AmountFen > trail.ChargedFen && collection.AmountFen <= trail.FirstChargeFen)
        )
        {
            differs($"Its collection is over {collection.AmountFen} fen; {trail.ChargedFen} are charged.");
        }

        var hasNext =
            collection.State
            is CollectionState.Scheduled
                or CollectionState.Submitted
                or CollectionState.Reversing
                or CollectionState.Refunding;
        if (hasNext != collection.NextMicros is not null)
        {
            differs(
                hasNext
                    ? $"Its collection is {collection.State}, but has no time to go on at."
                    : $"Its collection is {collection.State}, but has a time to go on at."
            );
        }
    }

    private static CollectionState[] AllowedIn(Obligation stored) =>
        (stored.State, stored.SettledBy) switch
        {
            (ObligationState.Settling or ObligationState.Overdue, _) =>
            [
                CollectionState.Scheduled,
                CollectionState.Submitted,
                CollectionState.Declined,
            ],
            (ObligationState.Settled or ObligationState.Cleared, SettledBy.Collection) => stored.RefundedFen > 0
                ? [CollectionState.Collected, CollectionState.Refunding]
                : [CollectionState.Collected],
            (ObligationState.Settled or ObligationState.Cleared or ObligationState.WrittenOff, _) =>
            [
                CollectionState.Withdrawn,
                CollectionState.Declined,
                CollectionState.Reversing,
                CollectionState.Reversed,
            ],
            (ObligationState.Released, _) => [CollectionState.Withdrawn, CollectionState.Declined],
            _ => [],
        };

    private static string By(Obligation stored) => stored.SettledBy is { } by ? $" by {by}" : "";
}
