using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;

namespace SesameGrpc.Gateway.SandboxAccess;

/// <summary>How each event of a visit comes about.</summary>
internal static class VisitScript
{
    private const string Examination = "examination";

    public static Func<TriggerScene, Task>? Of(EventType type) =>
        type switch
        {
            EventType.VisitOpened => OpenAsync,
            EventType.VisitCharged => ChargeAsync,
            EventType.VisitChargeVoided => VoidAsync,
            EventType.VisitClosed => CloseAsync,
            EventType.VisitSettlementStated => StateAsync,
            EventType.VisitReleased => ReleaseAsync,
            EventType.VisitChargeCorrected => CorrectAsync,
            EventType.VisitSettled => SettleAsync,
            EventType.VisitRefunded => RefundAsync,
            EventType.VisitOverdue => OverdueAsync,
            EventType.VisitCleared => ClearAsync,
            EventType.VisitWrittenOff => WriteOffAsync,
            _ => null,
        };

    private static async Task<Visit> OpenAsync(TriggerScene scene)
    {
        var visits = scene.Services.Visits;
        var open = new OpenVisitRequest
        {
            OrderId = scene.Reference,
            Subject = scene.Person,
            Programme = scene.Programme(ProgrammeKind.DeferredPayment),
        };
        var answer = await scene.CallAsync(visits.OpenVisit, open, nameof(visits.OpenVisit));
        var visit = answer.Visit ?? throw TriggerScene.NotGranted(answer.NotGranted.Reasons);
        scene.IsAbout("visit", visit.VisitId);
        return visit;
    }

    private static async Task<Visit> ChargeAsync(TriggerScene scene)
    {
        var visits = scene.Services.Visits;
        var visit = await OpenAsync(scene);
        var add = new AddVisitChargeRequest
        {
            VisitId = visit.VisitId,
            ChargeId = Examination,
            Kind = VisitChargeKind.Examination,
            Amount = Cny.Of(scene.CostOf(visit.LimitAmount.MinorUnits)),
        };
        return (await scene.CallAsync(visits.AddVisitCharge, add, nameof(visits.AddVisitCharge))).Visit;
    }

    private static async Task VoidAsync(TriggerScene scene)
    {
        var visits = scene.Services.Visits;
        var remove = new VoidVisitChargeRequest { VisitId = (await ChargeAsync(scene)).VisitId, ChargeId = Examination };
        await scene.CallAsync(visits.VoidVisitCharge, remove, nameof(visits.VoidVisitCharge));
    }

    private static async Task<Visit> CloseAsync(TriggerScene scene) => await CloseAsync(scene, await ChargeAsync(scene));

    private static async Task<Visit> CloseAsync(TriggerScene scene, Visit visit)
    {
        var visits = scene.Services.Visits;
        var close = new CloseVisitRequest { VisitId = visit.VisitId };
        return (await scene.CallAsync(visits.CloseVisit, close, nameof(visits.CloseVisit))).Visit;
    }

    private static async Task ReleaseAsync(TriggerScene scene) => await CloseAsync(scene, await OpenAsync(scene));

    // All of it is the person's to pay.
    private static async Task<Visit> StateAsync(TriggerScene scene)
    {
        var visits = scene.Services.Visits;
        var closed = await CloseAsync(scene);
        var total = closed.TotalAmount;
        var settle = new SettleVisitRequest
        {
            VisitId = closed.VisitId,
            Settlement = new Settlement
            {
                Lines =
                {
                    new SettlementLine { ChargeId = Examination, SelfPayAmount = total },
                },
                TotalAmount = total,
                SelfPayAmount = total,
            },
        };
        return (await scene.CallAsync(visits.SettleVisit, settle, nameof(visits.SettleVisit))).Visit;
    }

    private static async Task CorrectAsync(TriggerScene scene) => await RefundAsync(scene, await StateAsync(scene));

    private static async Task RefundAsync(TriggerScene scene) => await RefundAsync(scene, await SettleAsync(scene));

    // What is refunded before it is paid corrects the charge.
    private static async Task RefundAsync(TriggerScene scene, Visit visit)
    {
        var visits = scene.Services.Visits;
        var refund = new RefundVisitChargeRequest
        {
            VisitId = visit.VisitId,
            ChargeId = Examination,
            Amount = Cny.Of(1),
        };
        await scene.CallAsync(visits.RefundVisitCharge, refund, nameof(visits.RefundVisitCharge));
    }

    private static async Task<Visit> SettleAsync(TriggerScene scene) => await PayAsync(scene, await StateAsync(scene));

    private static async Task<Visit> PayAsync(TriggerScene scene, Visit visit)
    {
        var visits = scene.Services.Visits;
        var report = new ReportVisitPaymentRequest { VisitId = visit.VisitId, Amount = visit.OutstandingAmount };
        return (await scene.CallAsync(visits.ReportVisitPayment, report, nameof(visits.ReportVisitPayment))).Visit;
    }

    private static async Task<Visit> OverdueAsync(TriggerScene scene)
    {
        scene.RequireTime();
        var stated = await StateAsync(scene);
        await scene.PassAsync(stated.PaymentDueTime, stated.VisitId);
        return stated;
    }

    private static async Task ClearAsync(TriggerScene scene) => await PayAsync(scene, await OverdueAsync(scene));

    private static async Task WriteOffAsync(TriggerScene scene)
    {
        var ledger = scene.Services.Ledger;
        var writeOff = new WriteOffObligationRequest { ObligationId = (await OverdueAsync(scene)).VisitId, Reason = "sandbox" };
        await scene.OperateAsync(ledger.WriteOffObligation, writeOff, nameof(ledger.WriteOffObligation));
    }
}
