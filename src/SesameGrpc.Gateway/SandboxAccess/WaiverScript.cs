using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;

namespace SesameGrpc.Gateway.SandboxAccess;

/// <summary>How each event of a waiver comes about.</summary>
internal static class WaiverScript
{
    public static Func<TriggerScene, Task>? Of(EventType type) =>
        type switch
        {
            EventType.DepositWaiverGranted => GrantAsync,
            EventType.DepositWaiverExtended => ExtendAsync,
            EventType.DepositWaiverCompleted => CompleteAsync,
            EventType.DepositWaiverChargeCorrected => CorrectAsync,
            EventType.DepositWaiverReleased => ReleaseAsync,
            EventType.DepositWaiverSettled => SettleAsync,
            EventType.DepositWaiverCancelled => CancelAsync,
            EventType.DepositWaiverOverdue => OverdueAsync,
            EventType.DepositWaiverWrittenOff => WriteOffAsync,
            _ => null,
        };

    private static async Task<DepositWaiver> GrantAsync(TriggerScene scene)
    {
        var waivers = scene.Services.Waivers;
        var grant = new GrantDepositWaiverRequest
        {
            OrderId = scene.Reference,
            Subject = scene.Person,
            Programme = scene.Programme(ProgrammeKind.DepositWaiver, ProgrammeKind.TryFirst, ProgrammeKind.CreditLine),
        };
        var answer = await scene.CallAsync(waivers.GrantDepositWaiver, grant, nameof(waivers.GrantDepositWaiver));
        var waiver = answer.DepositWaiver ?? throw TriggerScene.NotGranted(answer.NotGranted.Reasons);
        scene.IsAbout("deposit_waiver", waiver.DepositWaiverId);
        return waiver;
    }

    // By as much as has passed at least: no more than the programme's longest period can lie ahead.
    private static async Task ExtendAsync(TriggerScene scene)
    {
        var waivers = scene.Services.Waivers;
        var waiver = await GrantAsync(scene);
        var extend = new ExtendDepositWaiverRequest
        {
            DepositWaiverId = waiver.DepositWaiverId,
            DueTime = waiver.DueTime is { } due
                ? due + Duration.FromTimeSpan(TimeSpan.FromMicroseconds(1))
                : throw TriggerScene.Refused("partner", "must be enrolled first in a programme whose waivers end, which this event needs"),
        };
        await scene.CallAsync(waivers.ExtendDepositWaiver, extend, nameof(waivers.ExtendDepositWaiver));
    }

    private static async Task<DepositWaiver> CompleteAsync(TriggerScene scene)
    {
        var waiver = await GrantAsync(scene);
        var line = new ChargeLine
        {
            Kind = scene.IsDamaged ? ChargeLineKind.Damage : ChargeLineKind.Rent,
            Amount = Cny.Of(scene.CostOf(waiver.WaivedAmount.MinorUnits)),
        };
        return await CompleteAsync(scene, waiver, ChargeOf(line));
    }

    private static async Task<DepositWaiver> CompleteAsync(TriggerScene scene, DepositWaiver waiver, Charge? charge)
    {
        var waivers = scene.Services.Waivers;
        var complete = new CompleteDepositWaiverRequest { DepositWaiverId = waiver.DepositWaiverId, Charge = charge };
        return (await scene.CallAsync(waivers.CompleteDepositWaiver, complete, nameof(waivers.CompleteDepositWaiver))).DepositWaiver;
    }

    private static Charge ChargeOf(ChargeLine line) => new() { Lines = { line }, TotalAmount = line.Amount };

    private static async Task ReleaseAsync(TriggerScene scene) => await CompleteAsync(scene, await GrantAsync(scene), null);

    private static async Task CorrectAsync(TriggerScene scene)
    {
        var waivers = scene.Services.Waivers;
        var completed = await CompleteAsync(scene);
        var line = completed.Charge.Lines[0].Clone();
        line.Amount.MinorUnits--;
        var correct = new CorrectDepositWaiverChargeRequest { DepositWaiverId = completed.DepositWaiverId, Charge = ChargeOf(line) };
        await scene.CallAsync(waivers.CorrectDepositWaiverCharge, correct, nameof(waivers.CorrectDepositWaiverCharge));
    }

    private static async Task SettleAsync(TriggerScene scene)
    {
        var waivers = scene.Services.Waivers;
        var completed = await CompleteAsync(scene);
        var report = new ReportDepositWaiverPaymentRequest
        {
            DepositWaiverId = completed.DepositWaiverId,
            Amount = completed.OutstandingAmount,
        };
        await scene.CallAsync(waivers.ReportDepositWaiverPayment, report, nameof(waivers.ReportDepositWaiverPayment));
    }

    private static async Task CancelAsync(TriggerScene scene)
    {
        var waivers = scene.Services.Waivers;
        var cancel = new CancelDepositWaiverRequest { DepositWaiverId = (await GrantAsync(scene)).DepositWaiverId };
        await scene.CallAsync(waivers.CancelDepositWaiver, cancel, nameof(waivers.CancelDepositWaiver));
    }

    // Not returned in time; or, where a programme sets no time for that, not paid in time.
    private static async Task OverdueAsync(TriggerScene scene)
    {
        scene.RequireTime();
        var waiver = await GrantAsync(scene);
        if (waiver.DueTime is null)
        {
            var line = new ChargeLine { Kind = ChargeLineKind.Goods, Amount = Cny.Of(scene.CostOf(waiver.WaivedAmount.MinorUnits)) };
            waiver = await CompleteAsync(scene, waiver, ChargeOf(line));
        }

        await scene.PassAsync(waiver.PaymentDueTime ?? waiver.DueTime, waiver.DepositWaiverId);
    }

    private static async Task WriteOffAsync(TriggerScene scene)
    {
        await OverdueAsync(scene);
        var ledger = scene.Services.Ledger;
        var writeOff = new WriteOffObligationRequest { ObligationId = scene.Done.ResourceId, Reason = "sandbox" };
        await scene.OperateAsync(ledger.WriteOffObligation, writeOff, nameof(ledger.WriteOffObligation));
    }
}
