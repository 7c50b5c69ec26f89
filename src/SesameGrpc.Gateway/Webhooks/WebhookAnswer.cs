using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>How an attempt ended: never anything of the answer's content.</summary>
/// <param name="Outcome">What it means.</param>
/// <param name="HttpStatus">Status of the answer; 0 without one.</param>
/// <param name="Duration">From sending to the end.</param>
/// <param name="RetryAfter">For how long the receiver wants to be left alone; null: it did not say.</param>
internal sealed record WebhookAnswer(WebhookAttemptOutcome Outcome, int HttpStatus, TimeSpan Duration, TimeSpan? RetryAfter)
{
    private const int Gone = 410;

    public bool IsDelivered => Outcome == WebhookAttemptOutcome.Delivered;

    /// <summary>The receiver wants nothing any more.</summary>
    public bool IsGone => HttpStatus == Gone;
}
