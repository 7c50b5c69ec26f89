using Google.Protobuf;
using Google.Rpc;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.TestSupport;

/// <summary>What every status other than OK must carry (protos/STYLE.md, "Errors"). Said once, for clients' eyes and for the watch on the server.</summary>
public static class StatusContract
{
    private static readonly HashSet<string> Reasons =
    [
        .. ErrorReasonReflection.Descriptor.EnumTypes[0].Values.Skip(1).Select(value => value.Name["ERROR_REASON_".Length..]),
    ];

    // What a repetition can help against after a while; of RESOURCE_EXHAUSTED only what passes by itself.
    private static readonly string[] Retryable =
    [
        "LOST_RACE",
        "TOO_MANY_CALLS",
        "STORE_UNAVAILABLE",
        "ISSUER_UNAVAILABLE",
        "COLLECTION_UNDER_WAY",
    ];

    /// <summary>Reads the trailer grpc-status-details-bin, which comes without padding.</summary>
    public static Google.Rpc.Status Decode(string details) =>
        Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(details.PadRight((details.Length + 3) / 4 * 4, '=')));

    /// <summary>What is wrong with a status; null: nothing.</summary>
    public static string? FaultOf(int code, Google.Rpc.Status? status)
    {
        if (status is null)
        {
            return $"status {code} has no details";
        }

        if (Single<ErrorInfo>(status) is not { } info)
        {
            return $"status {code} has not exactly one ErrorInfo: {status}";
        }

        var fault =
            status.Code != code ? $"the details say {status.Code}, the call {code}"
            : info.Domain != "sesamegrpc" || !Reasons.Contains(info.Reason) ? "the ErrorInfo names no ErrorReason"
            : Single<RequestInfo>(status) is not { RequestId.Length: > 0 } ? "there is no RequestInfo"
            : Single<Help>(status)?.Links is not [{ } link] || !link.Url.EndsWith($"/errors/{info.Reason}", StringComparison.Ordinal)
                ? "there is no Help link to its page"
            : FaultOfHints((Code)code, info.Reason, status);
        return fault is null ? null : $"{info.Reason}: {fault}";
    }

    private static string? FaultOfHints(Code code, string reason, Google.Rpc.Status status)
    {
        var isRetryable = code is Code.Unavailable or Code.Aborted || Retryable.Contains(reason);
        var hasRetry = Single<RetryInfo>(status)?.RetryDelay is { } delay && delay.ToTimeSpan() > TimeSpan.Zero;
        var hasQuota = Single<QuotaFailure>(status) is { Violations.Count: > 0 };
        var hasFields = Single<BadRequest>(status) is { FieldViolations.Count: > 0 };
        return isRetryable != hasRetry ? "RetryInfo belongs where a repetition can help, and there alone"
            : (code == Code.ResourceExhausted) != hasQuota ? "QuotaFailure belongs where a quota is exhausted, and there alone"
            : (reason == "FIELD_INVALID") != hasFields ? "BadRequest belongs where a field is wrong, and there alone"
            : null;
    }

    private static T? Single<T>(Google.Rpc.Status status)
        where T : class, IMessage<T>, new()
    {
        var found = status.Details.Where(detail => detail.Is(new T().Descriptor)).ToList();
        return found.Count == 1 ? found[0].Unpack<T>() : null;
    }
}
