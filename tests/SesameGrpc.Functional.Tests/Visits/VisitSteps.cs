using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Functional.Tests.Visits;

/// <summary>A hospital and the steps of a visit, each under a request id made from the visit and the step unless one is given.</summary>
internal static class VisitSteps
{
    public const string PayLater = "hospital.pay_later";
    public const string Wheelchair = "hospital.wheelchair";

    private static readonly string[] Scopes =
    [
        "eligibility.check",
        "deposit_waiver.read",
        "deposit_waiver.write",
        "deferred_payment.read",
        "deferred_payment.write",
        "event.read",
    ];

    public static Money Fen(long fen) => new() { CurrencyCode = "CNY", MinorUnits = fen };

    /// <summary>Onboards a hospital and connects as it.</summary>
    public static async Task<ConnectedPartner> ConnectHospitalAsync(
        this GatewayUnderTest gateway,
        string id = "hospital",
        Enrolment? payLater = null
    )
    {
        var partner = new Partner
        {
            Partner_ = id,
            DisplayName = id,
            Kind = PartnerKind.Hospital,
            Scopes = { Scopes },
            Enrolments =
            {
                payLater
                    ?? new Enrolment { Programme = PayLater },
                new Enrolment { Programme = Wheelchair },
            },
        };
        await gateway.Partners.CreatePartnerAsync(new CreatePartnerRequest { RequestId = $"create-{id}", Partner = partner });
        return await gateway.ReconnectHospitalAsync(id);
    }

    /// <summary>Connects again: access tokens live ten minutes, and tests move the clock.</summary>
    public static Task<ConnectedPartner> ReconnectHospitalAsync(this GatewayUnderTest gateway, string id = "hospital") =>
        gateway.ConnectOnboardedAsync(id, null, Scopes);

    public static async Task<OpenVisitResponse> AskToOpenAsync(
        this ConnectedPartner hospital,
        string person,
        string orderId,
        long? limit = null
    ) =>
        await hospital.Visits.OpenVisitAsync(
            new OpenVisitRequest
            {
                RequestId = $"open-{orderId}",
                OrderId = orderId,
                Subject = person,
                Programme = PayLater,
                Amount = limit is { } fen ? Fen(fen) : null,
            }
        );

    public static async Task<Visit> OpenAsync(this ConnectedPartner hospital, string person, string orderId, long? limit = null)
    {
        var answer = await hospital.AskToOpenAsync(person, orderId, limit);
        return answer.Visit ?? throw new InvalidOperationException($"Not opened: {answer}");
    }

    public static Task<Visit> ChargeAsync(
        this ConnectedPartner hospital,
        Visit visit,
        string chargeId,
        long fen,
        VisitChargeKind kind = VisitChargeKind.Examination
    ) => hospital.AddAsync(visit, $"{visit.OrderId}-add-{chargeId}", chargeId, fen, kind);

    public static async Task<Visit> AddAsync(
        this ConnectedPartner hospital,
        Visit visit,
        string requestId,
        string chargeId,
        long fen,
        VisitChargeKind kind = VisitChargeKind.Examination
    ) =>
        (
            await hospital.Visits.AddVisitChargeAsync(
                new AddVisitChargeRequest
                {
                    RequestId = requestId,
                    VisitId = visit.VisitId,
                    ChargeId = chargeId,
                    Kind = kind,
                    Amount = Fen(fen),
                }
            )
        ).Visit;

    public static async Task<Visit> VoidAsync(this ConnectedPartner hospital, Visit visit, string chargeId, string? requestId = null) =>
        (
            await hospital.Visits.VoidVisitChargeAsync(
                new VoidVisitChargeRequest
                {
                    RequestId = requestId ?? $"{visit.OrderId}-void-{chargeId}",
                    VisitId = visit.VisitId,
                    ChargeId = chargeId,
                }
            )
        ).Visit;

    public static async Task<Visit> CloseAsync(
        this ConnectedPartner hospital,
        Visit visit,
        Settlement? settlement = null,
        string? requestId = null
    ) =>
        (
            await hospital.Visits.CloseVisitAsync(
                new CloseVisitRequest
                {
                    RequestId = requestId ?? $"{visit.OrderId}-close",
                    VisitId = visit.VisitId,
                    Settlement = settlement,
                }
            )
        ).Visit;

    public static async Task<Visit> SettleAsync(
        this ConnectedPartner hospital,
        Visit visit,
        Settlement settlement,
        string requestId = "settle"
    ) =>
        (
            await hospital.Visits.SettleVisitAsync(
                new SettleVisitRequest
                {
                    RequestId = $"{visit.OrderId}-{requestId}",
                    VisitId = visit.VisitId,
                    Settlement = settlement,
                }
            )
        ).Visit;

    public static async Task<Visit> RefundAsync(
        this ConnectedPartner hospital,
        Visit visit,
        string chargeId,
        long fen,
        string requestId = "refund"
    ) =>
        (
            await hospital.Visits.RefundVisitChargeAsync(
                new RefundVisitChargeRequest
                {
                    RequestId = $"{visit.OrderId}-{requestId}-{chargeId}",
                    VisitId = visit.VisitId,
                    ChargeId = chargeId,
                    Amount = Fen(fen),
                }
            )
        ).Visit;

    public static async Task<Visit> PayAsync(this ConnectedPartner hospital, Visit visit, long fen, string? requestId = null) =>
        (
            await hospital.Visits.ReportVisitPaymentAsync(
                new ReportVisitPaymentRequest
                {
                    RequestId = requestId ?? $"{visit.OrderId}-pay-{fen}",
                    VisitId = visit.VisitId,
                    Amount = Fen(fen),
                }
            )
        ).Visit;

    public static async Task<Visit> GetAsync(this ConnectedPartner hospital, Visit visit) =>
        (await hospital.Visits.GetVisitAsync(new GetVisitRequest { VisitId = visit.VisitId })).Visit;

    /// <summary>The visit once it is as wanted.</summary>
    public static async Task<Visit> WhenAsync(this ConnectedPartner hospital, Visit visit, Func<Visit, bool> isSo, string what)
    {
        await Eventually.HoldsAsync(async () => isSo(visit = await hospital.GetAsync(visit)), what);
        return visit;
    }

    /// <summary>A line of a settlement, to the fen: insurance by fund, account and others, reduction, and what is left.</summary>
    public static SettlementLine Line(string chargeId, long fund, long account, long other, long reduction, long selfPay) =>
        new()
        {
            ChargeId = chargeId,
            PooledFundAmount = Fen(fund),
            PersonalAccountAmount = Fen(account),
            OtherInsuranceAmount = Fen(other),
            ReductionAmount = Fen(reduction),
            SelfPayAmount = Fen(selfPay),
        };

    /// <summary>A settlement with the sums of its lines.</summary>
    public static Settlement Settlement(params SettlementLine[] lines)
    {
        var settlement = new Settlement
        {
            Lines = { lines },
            PooledFundAmount = Fen(lines.Sum(line => line.PooledFundAmount.MinorUnits)),
            PersonalAccountAmount = Fen(lines.Sum(line => line.PersonalAccountAmount.MinorUnits)),
            OtherInsuranceAmount = Fen(lines.Sum(line => line.OtherInsuranceAmount.MinorUnits)),
            ReductionAmount = Fen(lines.Sum(line => line.ReductionAmount.MinorUnits)),
            SelfPayAmount = Fen(lines.Sum(line => line.SelfPayAmount.MinorUnits)),
        };
        settlement.TotalAmount = Fen(
            settlement.PooledFundAmount.MinorUnits
                + settlement.PersonalAccountAmount.MinorUnits
                + settlement.OtherInsuranceAmount.MinorUnits
                + settlement.ReductionAmount.MinorUnits
                + settlement.SelfPayAmount.MinorUnits
        );
        return settlement;
    }
}
