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
/// <summary>What a partner does with its waivers, each under a request id made from the waiver and the step.</summary>
internal static class WaiverCalls
{
    public const string Bike = "bike.deposit_free";

    /// <summary>Feeds the person a score of 650 and grants the bike programme's full amount; the order is named after the person.</summary>
    public static async Task<DepositWaiver> GrantBikeAsync(this ConnectedPartner partner, GatewayUnderTest gateway, string person)
    {
        await gateway.FeedAsync(person, 650);
        var granted = await partner.GrantAsync(person, Bike, $"order-{person}");
        return granted.DepositWaiver ?? throw new InvalidOperationException($"Not granted: {granted}");
    }

    public static async Task<DepositWaiver> GetAsync(this ConnectedPartner partner, DepositWaiver waiver) =>
        (
            await partner.Waivers.GetDepositWaiverAsync(new GetDepositWaiverRequest { DepositWaiverId = waiver.DepositWaiverId })
        ).DepositWaiver;

    public static async Task<DepositWaiver> CompleteAsync(this ConnectedPartner partner, DepositWaiver waiver, long fen = 0)
    {
        var request = new CompleteDepositWaiverRequest
        {
            RequestId = $"complete-{waiver.DepositWaiverId}",
            DepositWaiverId = waiver.DepositWaiverId,
            Charge = fen > 0 ? ChargeOf(fen) : null,
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
    public static async Task<DepositWaiver> CorrectAsync(this ConnectedPartner partner, DepositWaiver waiver, long fen)
    {
        var request = new CorrectDepositWaiverChargeRequest
        {
            RequestId = $"correct-{waiver.DepositWaiverId}-{fen}",
            DepositWaiverId = waiver.DepositWaiverId,
            Charge = fen > 0 ? ChargeOf(fen) : new Charge { TotalAmount = Fen(0) },
        };
        return (await partner.Waivers.CorrectDepositWaiverChargeAsync(request)).DepositWaiver;
    }

    public static async Task<DepositWaiver> PayAsync(this ConnectedPartner partner, DepositWaiver waiver, string requestId, long fen)
    {
        var request = new ReportDepositWaiverPaymentRequest
        {
            RequestId = requestId,
    public static async Task<DepositWaiver> PayAsync(this ConnectedPartner partner, DepositWaiver waiver, long fen)
    {
        var request = new ReportDepositWaiverPaymentRequest
        {
            RequestId = $"pay-{waiver.DepositWaiverId}",
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
    public static async Task<DepositWaiver> CancelAsync(this ConnectedPartner partner, DepositWaiver waiver)
    {
        var request = new CancelDepositWaiverRequest
        {
            RequestId = $"cancel-{waiver.DepositWaiverId}",
            DepositWaiverId = waiver.DepositWaiverId,
        };
        return (await partner.Waivers.CancelDepositWaiverAsync(request)).DepositWaiver;
    }

    /// <summary>The waiver once it is as wanted.</summary>
    public static async Task<DepositWaiver> WhenAsync(
        this ConnectedPartner partner,
        DepositWaiver waiver,
        Func<DepositWaiver, bool> isSo,
        string what
    )
    {
        await Eventually.HoldsAsync(async () => isSo(waiver = await partner.GetAsync(waiver)), what);
        return waiver;
    }

    public static Task<DepositWaiver> WhenOverdueAsync(this ConnectedPartner partner, DepositWaiver waiver) =>
        partner.WhenAsync(waiver, now => now.State == DepositWaiverState.Overdue, "overdue");

    public static Money Fen(long fen) => new() { CurrencyCode = "CNY", MinorUnits = fen };

    private static Charge ChargeOf(long fen) =>
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
