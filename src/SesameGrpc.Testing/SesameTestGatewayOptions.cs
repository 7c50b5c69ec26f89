using Microsoft.Extensions.Logging;

namespace SesameGrpc.Testing;

/// <summary>What a test's gateway is started with.</summary>
public sealed record SesameTestGatewayOptions
{
    /// <summary>Its clock; a fake one lets tokens, consents and due times pass at once. Default: the machine's.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>Settings beside those that it needs to run here, for example "Sesame:Calls:MaxConcurrentCallsPerPartner". Default: none.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Where its log goes. Default: nowhere.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }
}
