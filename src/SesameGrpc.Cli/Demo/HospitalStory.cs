using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Calls;
using SesameGrpc.Cli.Output;
using SesameGrpc.Cli.Visits;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Demo;

/// <summary>A patient is accepted by phone, treated by several departments without a payment queue, and pays once, what insurance leaves.</summary>
internal sealed class HospitalStory(SesameClient hospital)
{
    private const string Programme = "hospital.pay_later";
    private const string Patient = "test-650";
    private const string Order = "visit-1";

    public async IAsyncEnumerable<DemoStep> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var opened = await OpenAsync(Patient, Order, cancellationToken);
        yield return Opened(opened);
        yield return RefusedOpening(await OpenAsync("test-649", "visit-2", cancellationToken));
        if (opened.Visit is not { } visit)
        {
            yield break;
        }

        yield return await ChargeSideBySideAsync(visit, cancellationToken);
        yield return await RefusedChargeAsync(visit, cancellationToken);
        yield return Told(
            "void",
            "The pharmacy has run out of one medicine and takes its charge back.",
            await VoidAsync(visit, cancellationToken),
            told => $"{Display.Amount(told.TotalAmount)} are charged, {Display.Amount(told.RemainingAmount)} of the limit are left.",
            told => told is { State: VisitState.Open, TotalAmount.MinorUnits: 42_500 }
        );
        yield return Told(
            "close",
            "The patient goes home, and the hospital closes the visit. Had it not, the visit would have closed by itself at 20:00.",
            await CloseAsync(visit, cancellationToken),
            told =>
                $"{MessageJson.Name(told.State)}: nothing is charged any more. Who bears what may be stated until {Display.Time(told.DueTime)}.",
            told => told.State == VisitState.Closed
        );
        yield return await WrongSettlementAsync(visit, cancellationToken);
        yield return Told(
            "settle",
            "It states what the insurance's funds and its own reduction bear, charge by charge.",
            await SettleAsync(visit, Bearing(selfPayOfExamination: 9_000), cancellationToken),
            told =>
                $"{MessageJson.Name(told.State)}: of {Display.Amount(told.TotalAmount)} the patient pays {Display.Amount(told.OutstandingAmount)}, collected without a queue.",
            told => told is { State: VisitState.Settling, OutstandingAmount.MinorUnits: 11_500 }
        );
        yield return Told(
            "pay",
            "The patient pays at the counter instead, and the hospital reports it.",
            await PayAsync(visit, cancellationToken),
            told => $"{MessageJson.Name(told.State)} by {MessageJson.Name(told.SettledBy)}: nothing is collected, the limit is free again.",
            told => told is { State: VisitState.Settled, Collection: CollectionState.Withdrawn }
        );
        yield return Told(
            "refund",
            "A part of the examination turns out not to have been done.",
            await RefundAsync(visit, cancellationToken),
            told => $"{Display.Amount(told.RefundedAmount)} are given back; the bill says for which charge.",
            told => told is { State: VisitState.Settled, RefundedAmount.MinorUnits: 4_000 }
        );
        yield return await WheelchairAsync(cancellationToken);
    }

    private async Task<OpenVisitResponse> OpenAsync(string subject, string order, CancellationToken cancellationToken) =>
        await hospital.DeferredPayments.OpenVisitAsync(
            new OpenVisitRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                OrderId = order,
                Subject = subject,
                Programme = Programme,
            },
            cancellationToken: cancellationToken
        );

    private static DemoStep Opened(OpenVisitResponse response) =>
        Told(
            "open",
            $"{Patient} registers by phone; Huashan Hospital asks whether payment can wait (programme {Programme}, from 650).",
            response.Visit ?? new Visit(),
            told =>
                $"{MessageJson.Name(told.State)}: up to {Display.Amount(told.LimitAmount)} are held. The number is drawn, and nobody queues to pay.",
            told => told is { State: VisitState.Open, LimitAmount.MinorUnits: 100_000 }
        );

    private static DemoStep RefusedOpening(OpenVisitResponse response) =>
        new(
            "open",
            "test-649, one point below, registers too.",
            $"NOT_GRANTED. {Display.Reasons(response.NotGranted?.Reasons ?? [])} Nothing is held; the patient pays first, as before.",
            response.NotGranted?.Reasons.Any(detail => detail.Reason == DecisionReason.ScoreTooLow) == true,
            new JsonObject
            {
                ["subject"] = "test-649",
                ["state"] = "NOT_GRANTED",
                ["reasons"] = StoryFields.Of(response.NotGranted?.Reasons ?? []),
            }
        );

    private async Task<DemoStep> ChargeSideBySideAsync(Visit visit, CancellationToken cancellationToken)
    {
        await Task.WhenAll(
            ChargeAsync(visit, "registration", VisitChargeKind.Registration, 2_500, cancellationToken),
            ChargeAsync(visit, "x-ray", VisitChargeKind.Examination, 40_000, cancellationToken),
            ChargeAsync(visit, "medicine", VisitChargeKind.Medicine, 18_000, cancellationToken)
        );
        var told = (
            await hospital.DeferredPayments.GetVisitAsync(new GetVisitRequest { OrderId = Order }, cancellationToken: cancellationToken)
        ).Visit;
        return Told(
            "charge",
            "Registration, the X-ray room and the pharmacy charge at the same moment, none knowing of the others.",
            told,
            now => $"{now.Bill.Charges.Count} charges, {Display.Amount(now.TotalAmount)} in all, each in its place.",
            now => now is { Bill.Charges.Count: 3, TotalAmount.MinorUnits: 60_500 }
        );
    }

    private async Task ChargeAsync(Visit visit, string id, VisitChargeKind kind, long fen, CancellationToken cancellationToken) =>
        await hospital.DeferredPayments.AddVisitChargeAsync(
            new AddVisitChargeRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                VisitId = visit.VisitId,
                ChargeId = id,
                Kind = kind,
                Amount = ChargeArgument.Cny(fen),
            },
            cancellationToken: cancellationToken
        );

    private async Task<DemoStep> RefusedChargeAsync(Visit visit, CancellationToken cancellationToken) =>
        await StoryRefusal.OfAsync(
            "charge",
            "A scan for 700.00 CNY would be more than the limit has left.",
            () => ChargeAsync(visit, "scan", VisitChargeKind.Examination, 70_000, cancellationToken),
            "VISIT_LIMIT_EXCEEDED",
            "Nothing was charged."
        );

    private async Task<Visit> VoidAsync(Visit visit, CancellationToken cancellationToken) =>
        (
            await hospital.DeferredPayments.VoidVisitChargeAsync(
                new VoidVisitChargeRequest
                {
                    RequestId = Guid.NewGuid().ToString(),
                    VisitId = visit.VisitId,
                    ChargeId = "medicine",
                },
                cancellationToken: cancellationToken
            )
        ).Visit;

    private async Task<Visit> CloseAsync(Visit visit, CancellationToken cancellationToken) =>
        (
            await hospital.DeferredPayments.CloseVisitAsync(
                new CloseVisitRequest { RequestId = Guid.NewGuid().ToString(), VisitId = visit.VisitId },
                cancellationToken: cancellationToken
            )
        ).Visit;

    private async Task<DemoStep> WrongSettlementAsync(Visit visit, CancellationToken cancellationToken) =>
        await StoryRefusal.OfAsync(
            "settle",
            "It states who bears what, and is a yuan short.",
            () => SettleAsync(visit, Bearing(selfPayOfExamination: 8_900), cancellationToken),
            "FIELD_INVALID",
            "Both numbers are named, and nothing has happened."
        );

    private async Task<Visit> SettleAsync(Visit visit, Settlement settlement, CancellationToken cancellationToken) =>
        (
            await hospital.DeferredPayments.SettleVisitAsync(
                new SettleVisitRequest
                {
                    RequestId = Guid.NewGuid().ToString(),
                    VisitId = visit.VisitId,
                    Settlement = settlement,
                },
                cancellationToken: cancellationToken
            )
        ).Visit;

    // 40,000 fen of the X-ray: 25,000 by the pooled fund, 4,000 by the personal account, 2,000 waived; the rest is the patient's, as is a part of the registration.
    private static Settlement Bearing(long selfPayOfExamination) =>
        SettlementArgument.Parse(["registration:self=2500", $"x-ray:fund=25000,account=4000,reduction=2000,self={selfPayOfExamination}"])!;

    private async Task<Visit> PayAsync(Visit visit, CancellationToken cancellationToken) =>
        (
            await hospital.DeferredPayments.ReportVisitPaymentAsync(
                new ReportVisitPaymentRequest
                {
                    RequestId = Guid.NewGuid().ToString(),
                    VisitId = visit.VisitId,
                    Amount = ChargeArgument.Cny(11_500),
                },
                cancellationToken: cancellationToken
            )
        ).Visit;

    private async Task<Visit> RefundAsync(Visit visit, CancellationToken cancellationToken) =>
        (
            await hospital.DeferredPayments.RefundVisitChargeAsync(
                new RefundVisitChargeRequest
                {
                    RequestId = Guid.NewGuid().ToString(),
                    VisitId = visit.VisitId,
                    ChargeId = "x-ray",
                    Amount = ChargeArgument.Cny(4_000),
                },
                cancellationToken: cancellationToken
            )
        ).Visit;

    private async Task<DemoStep> WheelchairAsync(CancellationToken cancellationToken)
    {
        var response = await hospital.DepositWaivers.GrantDepositWaiverAsync(
            new GrantDepositWaiverRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                OrderId = "wheelchair-1",
                Subject = "test-600",
                Programme = "hospital.wheelchair",
            },
            cancellationToken: cancellationToken
        );
        var waiver = response.DepositWaiver ?? new DepositWaiver();
        return new DemoStep(
            "wheelchair",
            "test-600 borrows a wheelchair (programme hospital.wheelchair, from 600).",
            $"{MessageJson.Name(waiver.State)}: a deposit of {Display.Amount(waiver.WaivedAmount)} is waived.",
            waiver.State == DepositWaiverState.Active,
            StoryFields.Of(waiver)
        );
    }

    private static DemoStep Told(string name, string action, Visit visit, Func<Visit, string> outcome, Func<Visit, bool> isExpected) =>
        new(name, action, outcome(visit), isExpected(visit), StoryFields.Of(visit));
}
