namespace SesameGrpc.Gateway.Partners;

/// <summary>The OAuth scopes of the partner API.</summary>
internal static class PartnerScopes
{
    public const string ScoreRead = "score.read";
    public const string ScoreBandRead = "score.band.read";
    public const string ScoreDimensionsRead = "score.dimensions.read";
    public const string EligibilityCheck = "eligibility.check";
    public const string DepositWaiverRead = "deposit_waiver.read";
    public const string DepositWaiverWrite = "deposit_waiver.write";
    public const string DeferredPaymentRead = "deferred_payment.read";
    public const string DeferredPaymentWrite = "deferred_payment.write";
    public const string CreditBadgeRead = "credit_badge.read";
    public const string CreditBadgeWrite = "credit_badge.write";
    public const string FulfilmentRead = "fulfilment.read";
    public const string FulfilmentWrite = "fulfilment.write";
    public const string ConsentRead = "consent.read";
    public const string EventRead = "event.read";
    public const string WebhookRead = "webhook.read";
    public const string WebhookWrite = "webhook.write";

    public static IReadOnlyList<string> All { get; } =
    [
        ScoreRead,
        ScoreBandRead,
        ScoreDimensionsRead,
        EligibilityCheck,
        DepositWaiverRead,
        DepositWaiverWrite,
        DeferredPaymentRead,
        DeferredPaymentWrite,
        CreditBadgeRead,
        CreditBadgeWrite,
        FulfilmentRead,
        FulfilmentWrite,
        ConsentRead,
        EventRead,
        WebhookRead,
        WebhookWrite,
    ];
}
