using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.CodeFlow;

/// <summary>Carries out a person's yes: the consent, its leaf and its event, in one transaction.</summary>
internal sealed class ConsentGranting(ConsentChanges changes, WithdrawalFence fence, Database database, AuditEntries entries)
{
    public async Task<Consent> GrantAsync(
        PartnerRecord partner,
        PersonAccount person,
        ConsentRequest asked,
        string callId,
        CancellationToken cancellationToken
    )
    {
        var grant = new ConsentGrant(
            partner.Id,
            person.PersonId,
            asked.Purpose,
            asked.Scopes,
            asked.Programmes,
            TimeSpan.FromDays(asked.Days)
        );
        var outcome = await database.WriteBatchedAsync(
            async (transaction, token) =>
            {
                var outcome = await changes.GrantAsync(transaction, grant, token);
                return (outcome, outcome.LastOf(transaction, id => entries.NewOfPerson(id, "GrantConsent", callId)));
            },
            cancellationToken
        );
        Crash.At(Failpoint.ConsentCommitted);
        if (outcome.HasWithdrawals)
        {
            // The consent that this one replaces may have allowed more.
            await fence.SettleAsync(cancellationToken);
        }

        return outcome.Result!;
    }
}
