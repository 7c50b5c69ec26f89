using SesameGrpc.Benchmarks.Measuring;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.DepositWaivers;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Obligations;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Ledger;

/// <summary>Clients in the gateway's own process, which hand it the work that DepositWaiverService makes of a grant: the ledger without the wire before it.</summary>
internal sealed class LedgerClient(GatewayUnderTest gateway, LedgerWorld world)
{
    private const string Method = "sesame.partner.v1.DepositWaiverService/GrantDepositWaiver";

    private readonly LedgerWriter writer = gateway.Service<LedgerWriter>();
    private readonly ObligationGrants grants = gateway.Service<ObligationGrants>();
    private readonly AuditEntries entries = gateway.Service<AuditEntries>();
    private readonly PartnerRecord partner = gateway.Service<PartnerDirectory>().Current.Find(LedgerWorld.PartnerId)!;

    public Task<LoadResult> RunAsync(int clients, double seconds) =>
        ClosedLoop.RunAsync(clients, seconds, _ => GrantAsync(world.DrawPerson(), Guid.NewGuid().ToString()));

    /// <summary>Grants to a person; returns the obligation's id and the person's pseudonym in the audit log.</summary>
    public async Task<(string ObligationId, byte[] SubjectHash)> GrantAsync(string person, string orderId)
    {
        var request = new GrantDepositWaiverRequest
        {
            RequestId = orderId,
            OrderId = orderId,
            Subject = person,
            Programme = LedgerWorld.Programme,
        };
        var order = new GrantOrder
        {
            Kind = ObligationKind.DepositWaiver,
            Scope = PartnerScopes.DepositWaiverWrite,
            OrderId = orderId,
            Amount = null,
            DecisionId = "",
            Attributes = request.Attributes,
        };
        var caller = $"partner:{partner.Id}";
        var subject = entries.SubjectHashOf(person);
        var work = new LedgerWork
        {
            Request = new RequestKey(caller, Method, orderId, RequestKey.HashOf(request)),
            Person = person,
            Order = (partner.Id, orderId),
            NewEntry = _ =>
            {
                var entry = entries.New(caller, Method, Guid.NewGuid().ToString("N"));
                (entry.SubjectHash, entry.RequestId) = (subject, orderId);
                return entry;
            },
            Decide = book =>
                grants.Decide(
                    book,
                    partner,
                    partner.Programme(request.Programme),
                    person,
                    order,
                    waiver => new GrantDepositWaiverResponse { DepositWaiver = DepositWaiverRules.ToMessage(waiver) },
                    refused => new GrantDepositWaiverResponse { NotGranted = refused }
                ),
        };
        var result = await writer.RunAsync(work, CancellationToken.None);
        var answer = (GrantDepositWaiverResponse?)result.Message;
        LedgerWorld.RequireGranted(answer, orderId);
        return (answer!.DepositWaiver.DepositWaiverId, subject.ToByteArray());
    }
}
