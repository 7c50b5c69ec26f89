using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Reconciliation;
using SesameGrpc.Gateway.Storage;
using LedgerTotals = SesameGrpc.Gateway.Reconciliation.LedgerTotals;

namespace SesameGrpc.Gateway.LedgerAccess;

/// <summary>Has the whole ledger verified on one snapshot and tells of it. Invariant: whom a difference names, the audit log names before it is told.</summary>
internal sealed class LedgerCheck(Database database, PersonStore persons, LedgerVerification verification, AuditLog log)
{
    public async Task RunAsync(IServerStreamWriter<CheckLedgerResponse> stream, Call call, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var snapshot = await Database.BeginSnapshotAsync(connection, cancellationToken);
        var report = await verification.RunAsync(
            connection,
            (done, total) => stream.WriteAsync(new CheckLedgerResponse { CheckedEntries = done, TotalEntries = total }, cancellationToken),
            cancellationToken
        );
        await log.AppendAsync(EntriesOf(report, call), cancellationToken);
        var names = await persons.ExternalIdsAsync(PersonsOf(report), cancellationToken);
        await stream.WriteAsync(ToMessage(report, names), cancellationToken);
    }

    private static List<AuditEntry> EntriesOf(LedgerReport report, Call call)
    {
        var entries = PersonsOf(report).ConvertAll(person => call.NewAuditEntry(person));
        if (entries.Count == 0)
        {
            return [call.NewAuditEntry()];
        }

        entries.ForEach(entry => entry.DisclosedFields.Add("ledger_difference"));
        return entries;
    }

    private static List<string> PersonsOf(LedgerReport report) =>
        [.. report.Differences.Select(item => item.Person).Where(person => person.Length > 0).Distinct(StringComparer.Ordinal)];

    // An id that leads to nobody is shown as it is: that is what is wrong, or the person was erased.
    private static CheckLedgerResponse ToMessage(LedgerReport report, IReadOnlyDictionary<string, string> names) =>
        new()
        {
            CheckedEntries = report.Entries,
            TotalEntries = report.Entries,
            Differences =
            {
                report.Differences.Select(item => new Contracts.Operator.V1.LedgerDifference
                {
                    ObligationId = item.ObligationId,
                    Person = names.GetValueOrDefault(item.Person, item.Person),
                    Description = item.Description,
                }),
            },
            DifferenceCount = report.DifferenceCount,
            Obligations = report.Obligations,
            Persons = report.Persons,
            Totals = ToMessage(report.Totals),
            Complete = true,
        };

    // A sum beyond 64 bits is a fault in itself, which the differences name.
    private static Contracts.Operator.V1.LedgerTotals ToMessage(LedgerTotals totals) =>
        new()
        {
            GrantedAmount = Cny.Of(long.CreateSaturating(totals.Granted)),
            OpenAmount = Cny.Of(long.CreateSaturating(totals.Open)),
            ReleasedAmount = Cny.Of(long.CreateSaturating(totals.Released)),
            CapturedAmount = Cny.Of(long.CreateSaturating(totals.Captured)),
            CancelledAmount = Cny.Of(long.CreateSaturating(totals.Cancelled)),
            WrittenOffAmount = Cny.Of(long.CreateSaturating(totals.WrittenOff)),
        };
}
