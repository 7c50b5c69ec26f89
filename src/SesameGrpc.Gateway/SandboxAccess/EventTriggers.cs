using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.SandboxAccess;

/// <summary>Causes events by doing what causes them. Each type of event has a script; what has none is refused.</summary>
internal sealed class EventTriggers(TriggerServices services, PartnerDirectory partners)
{
    public async Task<TriggerEventResponse> RunAsync(TriggerEventRequest request, ServerCallContext context)
    {
        var partner = partners.Current.Find(request.Partner);
        new FieldCheck()
            .VisibleText("request_id", request.RequestId)
            .Require(partner is not null, "partner", "names no partner; PartnerAdminService.ListPartners lists them")
            .PersonOrEmpty("person", request.Person)
            .Enforce();
        var scene = new TriggerScene(services, context, partner!, request);
        await (ScriptOf(request.Type) ?? throw new RefusalException(Refuse.Field("type", "must be a type of event that partners get")))(
            scene
        );
        return scene.Done;
    }

    private static Func<TriggerScene, Task>? ScriptOf(EventType type) =>
        type switch
        {
            EventType.ConsentGranted => scene => scene.AgreeAsync(),
            EventType.ConsentWithdrawn => ConsentScript.WithdrawAsync,
            EventType.CreditBadgeIssued => scene => BadgeScript.IssueAsync(scene),
            EventType.CreditBadgeRevoked => BadgeScript.RevokeAsync,
            EventType.CertificateExpiring => CertificateScript.WarnAsync,
            _ => WaiverScript.Of(type) ?? VisitScript.Of(type),
        };
}
