using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Functional.Tests.Waivers;

/// <summary>The steps of a waiver's life, each under a request id made from the waiver and the step.</summary>
internal static class WaiverSteps
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

    public static async Task<DepositWaiver> ReleaseAsync(this ConnectedPartner partner, DepositWaiver waiver) =>
        (
            await partner.Waivers.CompleteDepositWaiverAsync(
                new CompleteDepositWaiverRequest { RequestId = IdOf("release", waiver), DepositWaiverId = waiver.DepositWaiverId }
            )
        ).DepositWaiver;

    public static Task<DepositWaiver> CompleteAsync(this ConnectedPartner partner, DepositWaiver waiver, long fen) =>
        partner.CompleteAsync(waiver, IdOf("complete", waiver), fen);

    public static Task<DepositWaiver> CorrectAsync(this ConnectedPartner partner, DepositWaiver waiver, long fen) =>
        partner.CorrectAsync(waiver, IdOf($"correct-{fen}", waiver), fen);

    public static Task<DepositWaiver> PayAsync(this ConnectedPartner partner, DepositWaiver waiver, long fen) =>
        partner.PayAsync(waiver, IdOf("pay", waiver), fen);

    public static Task<DepositWaiver> CancelAsync(this ConnectedPartner partner, DepositWaiver waiver) =>
        partner.CancelAsync(waiver, IdOf("cancel", waiver));

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

    private static string IdOf(string step, DepositWaiver waiver) => $"{step}-{waiver.DepositWaiverId}";
}
