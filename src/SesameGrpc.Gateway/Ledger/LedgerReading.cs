using System.Data.Common;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Ledger;

/// <summary>
/// Reads what the units of work of one transaction need, and locks the persons concerned: one round trip on PostgreSQL. The lock on a person's row is the one lock of the
/// ledger: whoever has it alone changes what the person has open. It conflicts with changes of the person too, so an opt-out or a lower score is
/// either seen here or waits.
/// </summary>
internal sealed class LedgerReading(DbTransaction transaction, StorageProvider provider, bool waitForLocks, long nowMicros)
{
    private const string OfPerson = "@person";
    private const string OfObligation = "(SELECT person_id FROM obligations WHERE obligation_id = @obligation)";
    private const string Exposures = "SELECT person_id, scope, open_fen, open_count, version FROM exposures WHERE person_id = ";

    // One statement per way to name the person, so that each text is planned once.
    private readonly string lockByPerson = Lock(OfPerson, provider, waitForLocks);
    private readonly string lockByObligation = Lock(OfObligation, provider, waitForLocks);
    private readonly LedgerBook book = new();

    /// <summary>Reads; returns the book, and which of the works have to wait because somebody else has their person's lock.</summary>
    public async Task<(LedgerBook Book, HashSet<LedgerWork> Locked)> ReadAsync(
        IReadOnlyList<LedgerWork> works,
        CancellationToken cancellationToken
    )
    {
        var batch = new StatementBatch(transaction);
        var persons = works.Select(work => work.Person).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var obligations = works.Select(work => work.ObligationId).OfType<string>().Distinct(StringComparer.Ordinal).ToList();

        // All locks before all that they protect. A lock that is skipped for one work may be free a moment later for another work on the same person, and what
        // had been read in between would be older than the lock.
        persons.ForEach(person => AskForLock(batch, lockByPerson, ("person", person)));
        obligations.ForEach(obligation => AskForLock(batch, lockByObligation, ("obligation", obligation)));
        persons.ForEach(person => AskForExposures(batch, Exposures + OfPerson, ("person", person)));
        foreach (var obligation in obligations)
        {
            AskForExposures(batch, Exposures + OfObligation, ("obligation", obligation));
            Each(batch.Query(LedgerStore.FindById, LedgerStore.Map, ("id", obligation)), book.Load);
        }

        foreach (var work in works)
        {
            AskForEarlier(batch, work);
        }

        await batch.SendAsync(cancellationToken);
        loaders.ForEach(load => load());
        return (book, await FindLockedAsync(works, cancellationToken));
    }

    private readonly List<Action> loaders = [];

    private void Each<T>(List<T> rows, Action<T> load) => loaders.Add(() => rows.ForEach(load));

    private void AskForLock(StatementBatch batch, string sql, (string, object?) key) =>
        Each(batch.Query(sql, row => PersonStore.Map(row, nowMicros), key), book.Load);

    private void AskForExposures(StatementBatch batch, string sql, (string, object?) key) =>
        Each(
            batch.Query(
                sql,
                row =>
                    (
                        Person: row.GetString(0),
                        Scope: row.GetString(1),
                        Fen: row.GetInt64(2),
                        Count: row.GetInt32(3),
                        Version: row.GetInt64(4)
                    ),
                key
            ),
            row => book.ExposureOf(row.Person).Load(row.Scope, new Exposure(row.Fen, row.Count), row.Version)
        );

    private void AskForEarlier(StatementBatch batch, LedgerWork work)
    {
        if (work.Order is { } order)
        {
            Each(batch.Query(LedgerStore.FindByOrder, LedgerStore.Map, ("partner", order.Partner), ("order", order.OrderId)), book.Load);
            if (work.Person is { } person)
            {
                Each(batch.Query(ConsentStore.FindLive, Consent.Map, ("partner", order.Partner), ("person", person)), book.Load);
            }
        }

        if (work is { OverdueUnder: { } programme, Person: { } debtor })
        {
            Each(batch.Query(LedgerStore.FindOverdue, LedgerStore.Map, ("person", debtor), ("programme", programme)), book.Load);
        }

        if (work.Request is { } key)
        {
            Each(
                batch.Query(
                    "SELECT body_sha256, response, created_us FROM requests WHERE caller = @caller AND method = @method AND request_id = @request",
                    row => new RequestRecord(row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1), row.GetInt64(2)),
                    ("caller", key.Caller),
                    ("method", key.Method),
                    ("request", key.RequestId)
                ),
                record => book.Load(key, record)
            );
        }
    }

    // A person who was not read is either not there or locked by somebody else.
    private async Task<HashSet<LedgerWork>> FindLockedAsync(IReadOnlyList<LedgerWork> works, CancellationToken cancellationToken)
    {
        var missing = works
            .Select(work => (Work: work, Person: work.Person ?? PersonOf(work)))
            .Where(item => item.Person is not null && book.Person(item.Person) is null)
            .ToList();
        if (missing.Count == 0 || waitForLocks)
        {
            return [];
        }

        var batch = new StatementBatch(transaction);
        var found = missing.ConvertAll(item =>
            (
                item.Work,
                Rows: batch.Query("SELECT 1 FROM persons WHERE person_id = @person", row => row.GetInt32(0), ("person", item.Person))
            )
        );
        await batch.SendAsync(cancellationToken);
        return [.. found.Where(item => item.Rows.Count > 0).Select(item => item.Work)];
    }

    private string? PersonOf(LedgerWork work) => work.ObligationId is { } id ? book.Obligation(id)?.Person : null;

    // SQLite has one writer at a time, and this transaction is it.
    private static string Lock(string person, StorageProvider provider, bool wait) =>
        $"SELECT {PersonStore.Columns} FROM persons WHERE person_id = {person}"
        + (
            provider == StorageProvider.Sqlite ? ""
            : wait ? " FOR NO KEY UPDATE"
            : " FOR NO KEY UPDATE SKIP LOCKED"
        );
}
