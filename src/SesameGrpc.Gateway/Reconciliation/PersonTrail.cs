using SesameGrpc.Gateway.Ledger;

namespace SesameGrpc.Gateway.Reconciliation;

/// <summary>A row of what one person has open in one scope, as stored.</summary>
internal sealed record StoredExposure(string Scope, long OpenFen, long OpenCount, long CeilingFen, long CeilingCount, long Version);

/// <summary>What the journal alone says of one person: whether it is dense, and the sums by scope; and the comparison with the sums that are stored. Pure.</summary>
internal sealed class PersonTrail(Action<string> differs)
{
    private readonly Dictionary<string, (Int128 Fen, long Count, long Entries)> scopes = new(StringComparer.Ordinal);

    public long LastVersion { get; private set; }

    /// <summary>Adds the next entry of the journal; partner and programme are the obligation's, null where there is none.</summary>
    public void Add(TrailEntry entry, string? partner, string? programme)
    {
        if (entry.Version != LastVersion + 1)
        {
            differs(
                entry.Version == LastVersion + 2
                    ? $"Entry {LastVersion + 1} is missing in the journal."
                    : $"Entries {LastVersion + 1} to {entry.Version - 1} are missing in the journal."
            );
        }

        LastVersion = entry.Version;
        CheckRetired(entry);
        var (fen, count) = EffectOf(entry);
        foreach (var scope in partner is null || programme is null ? [ScopeLimit.AllScope] : ScopeLimit.ScopesOf(partner, programme))
        {
            var sum = scopes.GetValueOrDefault(scope);
            scopes[scope] = (sum.Fen + fen, sum.Count + count, sum.Entries + 1);
        }
    }

    // It counts in the scope of all partners alone, by its number; an entry without an obligation must be one.
    private void CheckRetired(TrailEntry entry)
    {
        var isEmpty = entry is { ObligationId: "", AmountFen: 0, State: default(ObligationState), Detail: null };
        if ((entry.Kind == EntryKind.Retired && !isEmpty) || (entry.Kind != EntryKind.Retired && entry.ObligationId.Length == 0))
        {
            differs($"Entry {entry.Version} ({entry.Kind}) is neither of an obligation nor of one that was deleted.");
        }
    }

    public void Compare(IReadOnlyCollection<StoredExposure> stored)
    {
        foreach (var row in stored)
        {
            if (!scopes.TryGetValue(row.Scope, out var sum))
            {
                differs($"The exposure in scope {row.Scope} stands without any entry in the journal.");
                continue;
            }

            Equal(row.Scope, "amount", row.OpenFen, sum.Fen);
            Equal(row.Scope, "number", row.OpenCount, sum.Count);
            Equal(row.Scope, "version", row.Version, sum.Entries);
            if (row.OpenFen < 0 || row.OpenFen > row.CeilingFen || row.OpenCount < 0 || row.OpenCount > row.CeilingCount)
            {
                differs(
                    $"The exposure in scope {row.Scope}, {row.OpenFen} fen in {row.OpenCount} obligations, is outside of the limit it was held under: "
                        + $"{row.CeilingFen} fen, {row.CeilingCount} obligations."
                );
            }
        }

        foreach (var scope in scopes.Keys.Except(stored.Select(row => row.Scope), StringComparer.Ordinal))
        {
            differs($"There is no exposure in scope {scope}, though the journal has entries in it.");
        }
    }

    // One of the entries that end a hold counts the obligation off: the release of a rest goes with another one.
    private static (Int128 Fen, long Count) EffectOf(TrailEntry entry) =>
        entry.Kind switch
        {
            EntryKind.Hold => (entry.AmountFen, 1),
            EntryKind.Release => (-(Int128)entry.AmountFen, entry.State == ObligationState.Released ? -1 : 0),
            EntryKind.Capture or EntryKind.Cancel or EntryKind.WriteOff => (-(Int128)entry.AmountFen, -1),
            _ => (0, 0),
        };

    private void Equal(string scope, string what, long stored, Int128 journal)
    {
        if (stored != journal)
        {
            differs($"The exposure in scope {scope} has the {what} {stored}; the journal comes to {journal}.");
        }
    }
}
