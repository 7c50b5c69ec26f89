using System.Data.Common;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Disputes;
using SesameGrpc.Gateway.Erasure;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>
/// Carries out what a person does on the pages, by the same classes as the operator's PersonService: each is one transaction with its leaves and events, and what ends a consent returns
/// only once no instance tells anything under it any more.
/// </summary>
internal sealed class PersonActions(
    PersonStore persons,
    PersonChanges changes,
    ConsentChanges consents,
    DisputeChanges disputes,
    PersonErasure erasure,
    WithdrawalFence fence,
    AuditLog log,
    AuditEntries entries,
    Database database
)
{
    public Task WithdrawAsync(PersonAccount person, string consentId, string callId, CancellationToken cancellationToken) =>
        EndConsentsAsync(
            person,
            "WithdrawConsent",
            callId,
            (transaction, token) => consents.WithdrawAsync(transaction, person.PersonId, consentId, token),
            cancellationToken
        );

    public Task WithdrawAllAsync(PersonAccount person, string callId, CancellationToken cancellationToken) =>
        EndConsentsAsync(
            person,
            "WithdrawAllConsents",
            callId,
            (transaction, token) => consents.WithdrawAllAsync(transaction, person.PersonId, token),
            cancellationToken
        );

    public Task SuspendAsync(PersonAccount person, string consentId, string callId, CancellationToken cancellationToken) =>
        EndConsentsAsync(
            person,
            "SuspendConsent",
            callId,
            (transaction, token) => consents.SuspendAsync(transaction, person.PersonId, consentId, token),
            cancellationToken
        );

    public Task ResumeAsync(PersonAccount person, string consentId, string callId, CancellationToken cancellationToken) =>
        ChangeConsentsAsync(
            person,
            "ResumeConsent",
            callId,
            (transaction, token) => consents.ResumeAsync(transaction, person.PersonId, consentId, token),
            cancellationToken
        );

    /// <summary>Opts the person out, as the operator's PersonService does.</summary>
    public async Task OptOutAsync(PersonAccount person, string callId, CancellationToken cancellationToken)
    {
        var (pending, row) = await database.WriteBatchedAsync(
            async (transaction, token) =>
            {
                var version = await persons.OptOutAsync(transaction, person.ExternalId, token);
                var row =
                    await persons.FindByExternalIdAsync(transaction, person.ExternalId, token)
                    ?? throw new RefusalException(Refuse.NotFound());
                var withdrawn = await consents.WithdrawAllAsync(transaction, row.Id, token);
                var pending = version is { } changed ? await changes.BeforeCommitAsync(transaction, [(row.Id, changed)], token) : null;
                var entry = entries.NewEntry(person, "OptOut", callId);
                entry.Outcome = AuditOutcome.Changed;
                entry.PersonVersion = row.Person.Version;
                List<AuditEntry> leaves = [.. withdrawn.EntriesOf(_ => entries.NewEntry(person, "OptOut", callId)), entry];
                var last = new StatementBatch(transaction);
                AuditLog.Append(last, leaves);
                withdrawn.AppendBehindLeaves(last, leaves.Count);
                return ((pending, row), last);
            },
            cancellationToken
        );
        Crash.At(Failpoint.PersonCommitted);
        await (pending is null ? changes.AnnounceAgainAsync(row.Id, row.Person.Version) : changes.AnnounceAsync(pending));
        Crash.At(Failpoint.PersonAnnounced);
        await fence.SettleAsync(cancellationToken);
    }

    /// <summary>Opens a dispute, as the operator's PersonService does.</summary>
    public Task OpenDisputeAsync(
        PersonAccount person,
        DisputeTopic topic,
        string statement,
        string callId,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            person,
            "OpenDispute",
            callId,
            async (transaction, token) =>
            {
                var dispute = await disputes.OpenAsync(transaction, person.PersonId, topic, statement, token);
                var entry = entries.NewEntry(person, "OpenDispute", callId);
                entry.Outcome = AuditOutcome.Changed;
                entry.ResourceKind = "dispute";
                entry.ResourceId = dispute.Id;
                var last = new StatementBatch(transaction);
                AuditLog.Append(last, [entry]);
                return (dispute, last);
            },
            cancellationToken
        );

    /// <summary>Erases the person, as the operator's PersonService does.</summary>
    public async Task EraseAsync(PersonAccount person, string callId, CancellationToken cancellationToken)
    {
        var erased = await RunAsync(
            person,
            "ErasePerson",
            callId,
            async (transaction, token) =>
            {
                var erased = await erasure.EraseAsync(transaction, person.PersonId, token);
                var entry = entries.NewEntry(person, "ErasePerson", callId);
                entry.Outcome = AuditOutcome.Changed;
                List<AuditEntry> leaves = [.. erased.Withdrawn.EntriesOf(_ => entries.NewEntry(person, "ErasePerson", callId)), entry];
                var last = new StatementBatch(transaction);
                AuditLog.Append(last, leaves);
                erased.Withdrawn.AppendBehindLeaves(last, leaves.Count);
                return (erased, last);
            },
            cancellationToken
        );
        Crash.At(Failpoint.PersonCommitted);
        await erasure.SettleAsync(erased, cancellationToken);
        Crash.At(Failpoint.PersonAnnounced);
    }

    /// <summary>Leaves the entry of what the person is about to be shown or given; durable before it is.</summary>
    public Task RecordAsync(PersonAccount person, string action, string told, string callId, CancellationToken cancellationToken)
    {
        var entry = entries.NewEntry(person, action, callId);
        entry.Outcome = AuditOutcome.Disclosed;
        entry.DisclosedFields.Add(told);
        return log.AppendAsync([entry], cancellationToken);
    }

    // Also when nothing has changed now: whoever was first may not have been told yet.
    private async Task EndConsentsAsync(
        PersonAccount person,
        string action,
        string callId,
        Func<DbTransaction, CancellationToken, Task<ConsentOutcome>> change,
        CancellationToken cancellationToken
    )
    {
        await ChangeConsentsAsync(person, action, callId, change, cancellationToken);
        await fence.SettleAsync(cancellationToken);
    }

    private async Task ChangeConsentsAsync(
        PersonAccount person,
        string action,
        string callId,
        Func<DbTransaction, CancellationToken, Task<ConsentOutcome>> change,
        CancellationToken cancellationToken
    )
    {
        await RunAsync(
            person,
            action,
            callId,
            async (transaction, token) =>
            {
                var outcome = await change(transaction, token);
                var leaves = outcome.EntriesOf(_ => entries.NewEntry(person, action, callId));
                var last = new StatementBatch(transaction);
                AuditLog.Append(last, leaves);
                outcome.AppendBehindLeaves(last, leaves.Count);
                return (outcome, last);
            },
            cancellationToken
        );
        Crash.At(Failpoint.ConsentCommitted);
    }

    // A refusal leaves an entry of its own: what the transaction wrote is gone.
    private async Task<T> RunAsync<T>(
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
        var entry = entries.NewEntry(person, action, callId);
        entry.Outcome = AuditOutcome.Refused;
        entry.ErrorReason = refusal.Reason;
        return log.AppendAsync([entry], cancellationToken);
    }
}
