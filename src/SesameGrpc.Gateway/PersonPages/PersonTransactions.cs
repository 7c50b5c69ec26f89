using System.Data.Common;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>Runs what a person does on the pages, and sees to it that also what is refused or only told leaves its entry.</summary>
internal sealed class PersonTransactions(AuditLog log, AuditEntries entries, Database database)
{
    /// <summary>Leaves the entry of what the person is about to be shown or given; durable before it is.</summary>
    public Task RecordAsync(PersonAccount person, string action, string told, string callId, CancellationToken cancellationToken)
    {
        var entry = entries.NewOfPerson(person.PersonId, action, callId);
        entry.Outcome = AuditOutcome.Disclosed;
        entry.DisclosedFields.Add(told);
        return log.AppendAsync([entry], cancellationToken);
    }

    /// <summary>Runs the work. A refusal leaves an entry of its own: what the transaction wrote is gone.</summary>
    public async Task<T> RunAsync<T>(
        PersonAccount person,
        string action,
        string callId,
        Func<DbTransaction, CancellationToken, Task<(T Result, StatementBatch Last)>> work,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await database.WriteBatchedAsync(work, cancellationToken);
        }
        catch (RefusalException exception)
        {
            await RecordRefusalAsync(person, action, exception.Refusal, callId, cancellationToken);
            throw;
        }
    }

    private Task RecordRefusalAsync(
        PersonAccount person,
        string action,
        Refusal refusal,
        string callId,
        CancellationToken cancellationToken
    )
    {
        var entry = entries.NewOfPerson(person.PersonId, action, callId);
        entry.Outcome = AuditOutcome.Refused;
        entry.ErrorReason = refusal.Reason;
        return log.AppendAsync([entry], cancellationToken);
    }
}
