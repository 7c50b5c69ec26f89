using System.Data.Common;
using SesameGrpc.Gateway.Ledger;

namespace SesameGrpc.Gateway.Reconciliation;

/// <summary>
/// Recomputes the ledger from its append-only journal and names each difference: first obligation by obligation, with its collection, then person by person, with its exposures. It
/// repairs nothing. Only a page of obligations or persons is in memory at a time.
/// </summary>
internal sealed class LedgerVerification(int pageSize = LedgerVerification.UsualPageSize)
{
    private const int UsualPageSize = 500;

    /// <summary>Verifies what the connection sees; begin a snapshot on it when the ledger is in use.</summary>
    /// <param name="connection">An open connection to the store.</param>
    /// <param name="progress">Is told after each page how many entries are read, of how many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<LedgerReport> RunAsync(DbConnection connection, Func<long, long, Task> progress, CancellationToken cancellationToken)
    {
        var store = new ReconciliationStore(connection);
        var run = new Pass(store, await store.CountEntriesAsync(cancellationToken), progress);
        await PagesAsync(store.NextObligationsAsync, run.ObligationsAsync, cancellationToken);
        await PagesAsync(store.NextPersonsAsync, run.PersonsAsync, cancellationToken);
        await run.EndAsync(cancellationToken);
        return run.Report;
    }

    private async Task PagesAsync(
        Func<string, int, CancellationToken, Task<List<string>>> next,
        Func<string, List<string>, CancellationToken, Task> check,
        CancellationToken cancellationToken
    )
    {
        var after = "";
        for (
            var page = await next(after, pageSize, cancellationToken);
            page.Count > 0;
            page = await next(after, pageSize, cancellationToken)
        )
        {
            await check(after, page, cancellationToken);
            after = page[^1];
        }
    }

    private sealed class Pass(ReconciliationStore store, long total, Func<long, long, Task> progress)
    {
        private readonly LedgerDifferences differences = new();
        private LedgerTotals totals;
        private Int128 exposedFen;
        private long entries;
        private long obligations;
        private long persons;

        public LedgerReport Report => new(entries, obligations, persons, totals, differences.Kept, differences.Count);

        public async Task ObligationsAsync(string after, List<string> ids, CancellationToken cancellationToken)
        {
            var last = ids[^1];
            var stored = (await store.ObligationsAsync(after, last, cancellationToken)).ToDictionary(
                item => item.Id,
                StringComparer.Ordinal
            );
            var trails = ids.ToDictionary(
                id => id,
                id => new ObligationTrail(text => differences.Add(id, stored.GetValueOrDefault(id)?.Person ?? "", text)),
                StringComparer.Ordinal
            );
            await store.EntriesByObligationAsync(after, last, entry => Read(trails[entry.ObligationId]).Add(entry), cancellationToken);
            foreach (var (id, trail) in trails)
            {
                Check(id, stored.GetValueOrDefault(id), trail);
            }

            foreach (var (id, person) in await store.CollectionsAsync(after, last, cancellationToken))
            {
                if (stored.GetValueOrDefault(id)?.Person is var owner && owner != person)
                {
                    differences.Add(
                        id,
                        person,
                        owner is null ? "It has a collection, but is not there." : "Its collection is another person's."
                    );
                }
            }

            await progress(entries, total);
        }

        public async Task PersonsAsync(string after, List<string> ids, CancellationToken cancellationToken)
        {
            var last = ids[^1];
            var exposures = (await store.ExposuresAsync(after, last, cancellationToken)).ToLookup(
                item => item.Person,
                item => item.Exposure,
                StringComparer.Ordinal
            );
            var trails = ids.ToDictionary(id => id, id => new PersonTrail(text => differences.Add("", id, text)), StringComparer.Ordinal);
            await store.EntriesByPersonAsync(
                after,
                last,
                (entry, partner, programme) => Read(trails[entry.Person]).Add(entry, partner, programme),
                cancellationToken
            );
            foreach (var (id, trail) in trails)
            {
                trail.Compare([.. exposures[id]]);
                exposedFen += exposures[id].FirstOrDefault(row => row.Scope == ScopeLimit.AllScope)?.OpenFen ?? 0;
            }

            persons += ids.Count;
            await progress(entries, total);
        }

        public async Task EndAsync(CancellationToken cancellationToken)
        {
            if (totals.Granted != totals.Accounted)
            {
                differences.Add("", "", $"In all, of {totals.Granted} fen granted, {totals.Accounted} are accounted for.");
            }

            if (totals.Open != exposedFen)
            {
                differences.Add("", "", $"In all, {totals.Open} fen are open by the obligations, {exposedFen} by the exposures.");
            }

            await store.UnansweredAsync(
                (caller, method, requestId) =>
                    differences.Add("", "", $"The request {requestId} of {caller} to {method} is recorded without an answer."),
                cancellationToken
            );
        }

        private T Read<T>(T trail)
        {
            entries++;
            return trail;
        }

        private void Check(string id, Obligation? stored, ObligationTrail trail)
        {
            totals += trail.Sums;
            if (stored is null)
            {
                if (trail.Entries > 0)
                {
                    differences.Add(id, trail.Person ?? "", $"{trail.Entries} entries of the journal speak of it, but it is not there.");
                }

                return;
            }

            obligations++;
            totals += new LedgerTotals { Open = ObligationMatchRules.OpenFen(stored) };
            ObligationMatchRules.Compare(stored, trail, text => differences.Add(id, stored.Person, text));
        }
    }
}
