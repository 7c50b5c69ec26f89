using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Fulfilments;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Retention;

/// <summary>Deletes partners' reports of what a person kept late or not at all, once they have been kept long enough. What is left of one tells other bureaus to forget it too.</summary>
internal sealed class AdverseReportStore(Database database, PersonStore persons)
{
    private const string Due = "FROM fulfilments WHERE adverse_end_us < @cutoff";

    /// <summary>What has been kept long enough, behind the last one seen, with the person's internal id.</summary>
    public async Task<List<(string Report, string Person)>> FindAsync(
        long cutoffMicros,
        string behind,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                $"SELECT fulfilment_id, person_id {Due} AND fulfilment_id > @behind ORDER BY fulfilment_id LIMIT @limit",
                ("cutoff", cutoffMicros),
                ("behind", behind),
                ("limit", limit)
            )
            .ListAsync(row => (row.GetString(0), row.GetString(1)), cancellationToken);
    }

    public async Task<long> CountLeftAsync(long cutoffMicros, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.Command($"SELECT COUNT(*) {Due}", ("cutoff", cutoffMicros)).ScalarInt64Async(cancellationToken) ?? 0;
    }

    /// <summary>Deletes one with all that speaks of it; false: another instance was first, or it was corrected meanwhile.</summary>
    public Task<bool> EndAsync(
        string report,
        string person,
        long cutoffMicros,
        AuditEntry leaf,
        long nowMicros,
        CancellationToken cancellationToken
    ) =>
        database.WriteBatchedAsync(
            async (transaction, token) =>
            {
                var last = new StatementBatch(transaction);
                await persons.LockAsync(transaction, person, token);
                var found = await transaction
                    .Command($"SELECT COUNT(*) {Due} AND fulfilment_id = @id", ("cutoff", cutoffMicros), ("id", report))
                    .ScalarInt64Async(token);
                if (found == 0 || !await FulfilmentJournal.DeleteAsync(transaction, report, token))
                {
                    return (false, last);
                }

                await AdverseTraces.DeleteAnswersAsync(transaction, person, report, token);
                AuditLog.Append(last, [leaf]);
                FulfilmentJournal.Append(last, [new PendingChange(report, FulfilmentChange.Ended, 0)], 1, nowMicros);
                return (true, last);
            },
            cancellationToken
        );
}
