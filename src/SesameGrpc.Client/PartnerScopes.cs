namespace SesameGrpc.Client;

/// <summary>The OAuth scopes that a partner can be given.</summary>
public static class PartnerScopes
{
    /// <summary>Look up scores.</summary>
    public const string ScoreRead = "score.read";

    /// <summary>Look up the bands of scores, without the number.</summary>
    public const string BandRead = "score.band.read";

    /// <summary>Also see the five dimensions of a score.</summary>
    public const string DimensionsRead = "score.dimensions.read";

    /// <summary>Ask whether a programme is open to a person.</summary>
    public const string EligibilityCheck = "eligibility.check";

    /// <summary>Read deposit waivers.</summary>
    public const string WaiverRead = "deposit_waiver.read";

    /// <summary>Grant, extend, complete and cancel deposit waivers.</summary>
    public const string WaiverWrite = "deposit_waiver.write";

    /// <summary>Read visits that are paid for afterwards.</summary>
    public const string VisitRead = "deferred_payment.read";

    /// <summary>Open, charge, close and settle such visits.</summary>
    public const string VisitWrite = "deferred_payment.write";

    /// <summary>See the badges on profiles, and how they stand.</summary>
    public const string BadgeRead = "credit_badge.read";

    /// <summary>Issue, renew and revoke badges.</summary>
    public const string BadgeWrite = "credit_badge.write";

    /// <summary>Read the partner's reports of how persons kept their agreements.</summary>
    public const string FulfilmentRead = "fulfilment.read";

    /// <summary>Report how persons kept their agreements, and correct it.</summary>
    public const string FulfilmentWrite = "fulfilment.write";

    /// <summary>See what persons have agreed to.</summary>
    public const string ConsentRead = "consent.read";

    /// <summary>Hear what happens to the partner's objects.</summary>
    public const string EventRead = "event.read";

    /// <summary>See the endpoints that events are pushed to, and what was delivered to them.</summary>
    public const string WebhookRead = "webhook.read";

    /// <summary>Change endpoints and their keys, and have events delivered again.</summary>
    public const string WebhookWrite = "webhook.write";
}
