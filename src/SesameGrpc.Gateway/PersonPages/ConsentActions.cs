using System.Data.Common;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>
/// Carries out what a person decides on consents, by the same classes as the operator's PersonService: each is one transaction with its leaves and events. What ends a consent returns
/// only once no instance tells anything under it any more.
/// </summary>
internal sealed class ConsentActions(ConsentChanges consents, WithdrawalFence fence, AuditEntries entries, PersonTransactions transactions)
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
        await transactions.RunAsync(
            person,
            action,
            callId,
            async (transaction, token) =>
            {
                var outcome = await change(transaction, token);
                return (outcome, outcome.LastOf(transaction, id => entries.NewOfPerson(id, action, callId)));
            },
            cancellationToken
        );
        Crash.At(Failpoint.ConsentCommitted);
    }
}
