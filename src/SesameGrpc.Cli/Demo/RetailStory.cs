using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Calls;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Demo;

/// <summary>Goods are tried before they are paid for, a phone is lent for days, and a line of credit grows with the score.</summary>
internal sealed class RetailStory(SesameClient shop, SesameClient lender)
{
    public async IAsyncEnumerable<DemoStep> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tried = await GrantAsync(shop, "test-700", "retail.try_first", "dress-1", 299_900, cancellationToken);
        yield return Granted(
            tried,
            "test-700 orders two dresses for 2,999.00 CNY to try (programme retail.try_first, from 700).",
            waiver => $"{MessageJson.Name(waiver.State)}: nothing is paid, the price is held until {Display.Time(waiver.DueTime)}."
        );
        yield return Refused(
            await GrantAsync(shop, "test-699", "retail.try_first", "dress-2", 100_000, cancellationToken),
            "test-699, one point below, wants to try as well.",
            DecisionReason.ScoreTooLow
        );
        yield return Refused(
            await GrantAsync(shop, "test-750", "retail.try_first", "dress-3", 300_100, cancellationToken),
            "test-750 orders for 3,001.00 CNY; an order to try may cost 3,000.00.",
            DecisionReason.AmountTooHigh
        );
        yield return await KeepAsync(tried.DepositWaiver, cancellationToken);
        yield return Granted(
            await GrantAsync(shop, "test-750", "promo.phone_trial", "phone-1", null, cancellationToken),
            "test-750 takes a phone home for thirty days (programme promo.phone_trial, from 750).",
            waiver =>
                $"{MessageJson.Name(waiver.State)}: to be back, or bought, by {Display.Time(waiver.DueTime)}. The programme holds no amount."
        );
        yield return Granted(
            await GrantAsync(lender, "test-800", "credit.line", "sofa-1", 600_000, cancellationToken),
            "test-800 buys a sofa for 6,000.00 CNY on credit (programme credit.line, from 750; 10,000.00 at 800).",
            waiver => $"{MessageJson.Name(waiver.State)}: {Display.Amount(waiver.WaivedAmount)} of the line are taken."
        );
        yield return Refused(
            await GrantAsync(lender, "test-800", "credit.line", "sofa-2", 400_001, cancellationToken),
            "And a table for 4,000.01 CNY, a fen more than the line has left.",
            DecisionReason.ProgrammeLimitReached
        );
    }

    private static async Task<GrantDepositWaiverResponse> GrantAsync(
        SesameClient partner,
        string subject,
        string programme,
        string order,
        long? fen,
        CancellationToken cancellationToken
    ) =>
        await partner.DepositWaivers.GrantDepositWaiverAsync(
            new GrantDepositWaiverRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                OrderId = order,
                Subject = subject,
                Programme = programme,
                Amount = OrderOptions.Amount(fen),
            },
            cancellationToken: cancellationToken
        );

    private async Task<DemoStep> KeepAsync(DepositWaiver tried, CancellationToken cancellationToken)
    {
        var response = await shop.DepositWaivers.CompleteDepositWaiverAsync(
            new CompleteDepositWaiverRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                DepositWaiverId = tried.DepositWaiverId,
                Charge = ChargeArgument.Parse(["goods:149900:one dress, kept"], []),
            },
            cancellationToken: cancellationToken
        );
        var waiver = response.DepositWaiver;
        return new DemoStep(
            "complete",
            "One dress comes back, the other is kept.",
            $"{MessageJson.Name(waiver.State)}: {Display.Amount(waiver.OutstandingAmount)} are collected, and the rest of the hold ends with it.",
            waiver is { State: DepositWaiverState.Settling, OutstandingAmount.MinorUnits: 149_900 },
            StoryFields.Of(waiver)
        );
    }

    private static DemoStep Granted(GrantDepositWaiverResponse response, string action, Func<DepositWaiver, string> outcome)
    {
        var waiver = response.DepositWaiver ?? new DepositWaiver();
        return new DemoStep("grant", action, outcome(waiver), waiver.State == DepositWaiverState.Active, StoryFields.Of(waiver));
    }

    private static DemoStep Refused(GrantDepositWaiverResponse response, string action, DecisionReason expected)
    {
        var reasons = response.NotGranted?.Reasons ?? [];
        return new DemoStep(
            "grant",
            action,
            $"NOT_GRANTED. {Display.Reasons(reasons)} Nothing is held.",
            reasons.Any(detail => detail.Reason == expected),
            new JsonObject { ["state"] = "NOT_GRANTED", ["reasons"] = StoryFields.Of(reasons) }
        );
    }
}
