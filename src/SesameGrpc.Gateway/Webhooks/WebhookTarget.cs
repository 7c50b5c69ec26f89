using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>An endpoint as stored. Immutable; a change makes another.</summary>
/// <param name="Id">Id of the endpoint.</param>
/// <param name="Partner">Whose it is.</param>
/// <param name="Document">What the partner sees, without what <see cref="ToMessage"/> adds.</param>
/// <param name="Secret">The signing key, sealed.</param>
/// <param name="FormerSecret">The one before, sealed; null: there is none.</param>
/// <param name="FormerUntilMicros">Until when the one before counts.</param>
/// <param name="FailingSinceMicros">Since when no attempt has succeeded.</param>
/// <param name="Position">Position of the last event that was looked at.</param>
internal sealed record WebhookTarget(
    string Id,
    string Partner,
    WebhookEndpoint Document,
    byte[] Secret,
    byte[]? FormerSecret,
    long? FormerUntilMicros,
    long? FailingSinceMicros,
    long Position
)
{
    /// <summary>The endpoint as the partner sees it.</summary>
    public WebhookEndpoint ToMessage(long nowMicros)
    {
        var message = Document.Clone();
        message.FailingSinceTime = FailingSinceMicros is { } since ? Instants.ToTimestamp(since) : null;
        message.FormerKeyExpireTime = FormerUntilMicros > nowMicros ? Instants.ToTimestamp(FormerUntilMicros.Value) : null;
        return message;
    }

    /// <summary>The sealed keys to sign with now, the newest first.</summary>
    public IEnumerable<byte[]> KeysAt(long nowMicros) => FormerUntilMicros > nowMicros ? [Secret, FormerSecret!] : [Secret];
}
