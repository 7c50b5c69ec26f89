using SesameGrpc.Gateway.Ledger;

namespace SesameGrpc.Gateway.Reconciliation;

/// <summary>Compares a stored obligation with what its entries in the journal say. Pure.</summary>
internal static class ObligationMatchRules
{
    /// <summary>Names each difference; the collection is looked at too.</summary>
    public static void Compare(Obligation stored, ObligationTrail trail, Action<string> differs)
    {
        if (trail.Entries == 0)
        {
            differs("It has no entries in the journal.");
            return;
        }

        Equal("state", stored.State, trail.State, differs);
        Equal("revision", stored.Revision, trail.Revision, differs);
        Equal("held amount", stored.HeldFen, trail.HeldFen, differs);
        Equal("charged amount", stored.ChargedFen, trail.ChargedFen, differs);
        Equal("collected amount", stored.CollectedFen, trail.CollectedFen, differs);
        Equal("refunded amount", stored.RefundedFen, trail.RefundedFen, differs);
        CompareSums(stored, trail, differs);
        if (trail.Person != stored.Person)
        {
            differs("Its entries stand in another person's journal.");
        }

        if (!stored.Charge.AsSpan().SequenceEqual(trail.Charge))
        {
            differs("Its charge is not the one in the journal, line by line.");
        }

        Present("an end time", stored.EndedMicros is not null, trail.IsFinal, differs);
        Present("a completion time", stored.CompletedMicros is not null, trail.IsCompleted, differs);
        Present("a time to pay", stored.PaymentDueMicros is not null, trail.FirstChargeFen > 0, differs);
        Present(
            "a note of who paid",
            stored.SettledBy is not null,
            trail.State is ObligationState.Settled or ObligationState.Cleared,
            differs
        );
        if (stored.SettledBy is { } by && !Enum.IsDefined(by))
        {
            differs($"Who paid is {(int)by}, which is nobody.");
        }

        CollectionMatchRules.Compare(stored, trail, differs);
    }

    // granted = open + released + captured + cancelled + written off.
    private static void CompareSums(Obligation stored, ObligationTrail trail, Action<string> differs)
    {
        var sums = trail.Sums with { Open = OpenFen(stored) };
        if (sums.Granted != sums.Accounted)
        {
            differs(
                $"Of {sums.Granted} fen granted, {sums.Accounted} are accounted for: {sums.Open} open, {sums.Released} released, "
                    + $"{sums.Captured} captured, {sums.Cancelled} cancelled, {sums.WrittenOff} written off."
            );
        }
    }

    /// <summary>What the stored obligation says is open.</summary>
    public static long OpenFen(Obligation stored) => stored.IsOpen ? stored.HeldFen : 0;

    private static void Equal<T>(string what, T stored, T? journal, Action<string> differs)
        where T : struct
    {
        if (!stored.Equals(journal))
        {
            differs($"Its {what} is {stored}; the journal comes to {journal}.");
        }
    }

    private static void Present(string what, bool isThere, bool mustBe, Action<string> differs)
    {
        if (isThere != mustBe)
        {
            differs(mustBe ? $"It has not got {what}." : $"It has {what}, which the journal does not account for.");
        }
    }
}
