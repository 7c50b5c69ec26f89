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
/// Carries out what a person does on the pages besides consents, by the same classes as the operator's PersonService. What ends consents returns only once no instance tells anything
/// under them any more.
/// </summary>
internal sealed class PersonActions(
    PersonStore persons,
    PersonChanges changes,
    ConsentChanges consents,
    DisputeChanges disputes,
    PersonErasure erasure,
    WithdrawalFence fence,
    AuditEntries entries,
    PersonTransactions transactions
)
{
    /// <summary>Opts the person out, as the operator's PersonService does.</summary>
    public async Task OptOutAsync(PersonAccount person, string callId, CancellationToken cancellationToken)
    {
        var (pending, row) = await transactions.RunAsync(
            person,
            "OptOut",
            callId,
            async (transaction, token) =>
            {
                var version = await persons.OptOutAsync(transaction, person.ExternalId, token);
                var row =
                    await persons.FindByExternalIdAsync(transaction, person.ExternalId, token)
                    ?? throw new RefusalException(Refuse.NotFound());
                var withdrawn = await consents.WithdrawAllAsync(transaction, row.Id, token);
                var pending = version is { } changed ? await changes.BeforeCommitAsync(transaction, [(row.Id, changed)], token) : null;
                var entry = entries.NewOfPerson(person.PersonId, "OptOut", callId);
                entry.Outcome = AuditOutcome.Changed;
                entry.PersonVersion = row.Person.Version;
                return ((pending, row), withdrawn.LastOf(transaction, id => entries.NewOfPerson(id, "OptOut", callId), entry));
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
        transactions.RunAsync(
            person,
            "OpenDispute",
            callId,
            async (transaction, token) =>
            {
                var dispute = await disputes.OpenAsync(transaction, person.PersonId, topic, statement, token);
                var entry = entries.NewOfPerson(person.PersonId, "OpenDispute", callId);
                entry.Outcome = AuditOutcome.Changed;
                entry.ResourceKind = "dispute";
                entry.ResourceId = dispute.Id;
                var last = new StatementBatch(transaction);
                AuditLog.Append(last, [entry]);
                DisputeChanges.AppendBehindLeaf(last, dispute);
                return (dispute, last);
            },
            cancellationToken
        );

    /// <summary>Erases the person, as the operator's PersonService does.</summary>
    public async Task EraseAsync(PersonAccount person, string callId, CancellationToken cancellationToken)
    {
        var erased = await transactions.RunAsync(
            person,
            "ErasePerson",
            callId,
            async (transaction, token) =>
            {
                var erased = await erasure.EraseAsync(transaction, person.PersonId, token);
                var leaves = erased.EntriesOf(id => entries.NewOfPerson(id, "ErasePerson", callId));
                var last = new StatementBatch(transaction);
                AuditLog.Append(last, leaves);
                erased.AppendBehindLeaves(last, leaves.Count);
                return (erased, last);
            },
            cancellationToken
        );
        Crash.At(Failpoint.PersonCommitted);
        await erasure.SettleAsync(erased, cancellationToken);
        Crash.At(Failpoint.PersonAnnounced);
    }
}
