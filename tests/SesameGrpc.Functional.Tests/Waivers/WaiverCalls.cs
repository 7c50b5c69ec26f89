using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Functional.Tests.Waivers;

/// <summary>What a partner does with a waiver, in short.</summary>
internal static class WaiverCalls
{
    public static async Task<DepositWaiver> CancelAsync(this ConnectedPartner partner, DepositWaiver waiver, string requestId)
    {
        var request = new CancelDepositWaiverRequest { RequestId = requestId, DepositWaiverId = waiver.DepositWaiverId };
        return (await partner.Waivers.CancelDepositWaiverAsync(request)).DepositWaiver;
    }

    public static async Task<DepositWaiver> CompleteAsync(this ConnectedPartner partner, DepositWaiver waiver, string requestId, long fen)
    {
        var request = new CompleteDepositWaiverRequest
        {
            RequestId = requestId,
            DepositWaiverId = waiver.DepositWaiverId,
            Charge = ChargeOf(fen),
        };
        return (await partner.Waivers.CompleteDepositWaiverAsync(request)).DepositWaiver;
    }

    public static async Task<DepositWaiver> CorrectAsync(this ConnectedPartner partner, DepositWaiver waiver, string requestId, long fen)
    {
        var request = new CorrectDepositWaiverChargeRequest
        {
            RequestId = requestId,
            DepositWaiverId = waiver.DepositWaiverId,
            Charge = fen == 0 ? new Charge { TotalAmount = Fen(0) } : ChargeOf(fen),
        };
        return (await partner.Waivers.CorrectDepositWaiverChargeAsync(request)).DepositWaiver;
    }

    public static async Task<DepositWaiver> PayAsync(this ConnectedPartner partner, DepositWaiver waiver, string requestId, long fen)
    {
        var request = new ReportDepositWaiverPaymentRequest
        {
            RequestId = requestId,
            DepositWaiverId = waiver.DepositWaiverId,
            Amount = Fen(fen),
        };
        return (await partner.Waivers.ReportDepositWaiverPaymentAsync(request)).DepositWaiver;
    }

    public static async Task<DepositWaiver> ExtendAsync(
        this ConnectedPartner partner,
        DepositWaiver waiver,
        string requestId,
        Timestamp due
    )
    {
        var request = new ExtendDepositWaiverRequest
        {
            RequestId = requestId,
            DepositWaiverId = waiver.DepositWaiverId,
            DueTime = due,
        };
        return (await partner.Waivers.ExtendDepositWaiverAsync(request)).DepositWaiver;
    }

    public static Charge ChargeOf(long fen) =>
        new()
        {
            Lines =
            {
                new ChargeLine { Kind = ChargeLineKind.Damage, Amount = Fen(fen) },
            },
            TotalAmount = Fen(fen),
        };

    public static Money Fen(long fen) => new() { CurrencyCode = "CNY", MinorUnits = fen };
}
