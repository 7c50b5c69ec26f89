using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace SesameGrpc.Client;

/// <summary>What a refused call says about itself: the parts of google.rpc.Status that a caller acts on.</summary>
/// <param name="Code">gRPC status code.</param>
/// <param name="Reason">Name of the ErrorReason without prefix; null where the answer did not come from the gateway.</param>
/// <param name="Message">What happened, in words.</param>
/// <param name="RequestId">Id to quote to the operator.</param>
/// <param name="HelpUrl">Where the reason is explained.</param>
/// <param name="RetryDelay">How long to wait before the next try, where the gateway states it.</param>
public sealed record SesameError(StatusCode Code, string? Reason, string Message, string? RequestId, string? HelpUrl, TimeSpan? RetryDelay)
{
    /// <summary>Facts about the reason.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Fields at fault and what is wrong with each.</summary>
    public IReadOnlyList<(string Field, string Description)> FieldViolations { get; init; } = [];

    /// <summary>Reads an exception of a call. Details that are absent or malformed are left out.</summary>
    public static SesameError From(RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var status = ReadStatus(exception);
        var info = status?.GetDetail<ErrorInfo>();
        return new SesameError(
            exception.StatusCode,
            info?.Reason,
            exception.Status.Detail,
            status?.GetDetail<RequestInfo>()?.RequestId,
            status?.GetDetail<Help>()?.Links.FirstOrDefault()?.Url,
            status?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan()
        )
        {
            Metadata = new Dictionary<string, string>(info?.Metadata ?? [], StringComparer.Ordinal),
            FieldViolations = [.. status?.GetDetail<BadRequest>()?.FieldViolations.Select(v => (v.Field, v.Description)) ?? []],
        };
    }

    private static Google.Rpc.Status? ReadStatus(RpcException exception)
    {
        try
        {
            return exception.GetRpcStatus();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
