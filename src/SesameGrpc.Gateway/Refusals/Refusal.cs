using Google.Protobuf;
using Google.Rpc;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Refusals;

/// <summary>A call that is refused: a value, turned into a google.rpc.Status in one place, <see cref="StatusDetails"/>.</summary>
/// <param name="Code">gRPC status code.</param>
/// <param name="Reason">The one reason of the ErrorInfo.</param>
/// <param name="Message">One English sentence for the partner's developer. Never names a person.</param>
internal sealed record Refusal(Code Code, ErrorReason Reason, string Message)
{
    /// <summary>Metadata of the ErrorInfo.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Further details: BadRequest, QuotaFailure, RetryInfo.</summary>
    public IReadOnlyList<IMessage> Details { get; init; } = [];
}

/// <summary>Carries a refusal out of a service method; the status interceptor turns it into the call's status.</summary>
internal sealed class RefusalException(Refusal refusal) : Exception(refusal.Message)
{
    public Refusal Refusal { get; } = refusal;
}
