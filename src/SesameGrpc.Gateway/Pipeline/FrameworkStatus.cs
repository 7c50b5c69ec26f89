using Microsoft.AspNetCore.Http.Features;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>
/// The gRPC framework answers some faults itself, before any interceptor runs: a message that is no protobuf (UNKNOWN), one that is too large,
/// one that ends early. Such a status has no details; here it gets the gateway's reason for it, so that no caller ever sees UNKNOWN.
/// </summary>
internal static class FrameworkStatus
{
    /// <summary>The refusal that the framework answered without details; null where there is nothing to complete.</summary>
    public static Refusal? Find(Call call)
    {
        var target = TargetOf(call.Http);
        var status = target["grpc-status"].ToString();
        return status is "" or "0" || target.ContainsKey("grpc-status-details-bin") || target.IsReadOnly ? null : RefusalOf(status, call);
    }

    public static void Complete(Call call, Google.Rpc.Status status) => StatusDetails.Write(TargetOf(call.Http), status);

    private static IHeaderDictionary TargetOf(HttpContext http)
    {
        var trailers = http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        return trailers?.ContainsKey("grpc-status") == true ? trailers : http.Response.Headers;
    }

    // Behind the interceptor nothing of ours is left that could fail without details; what comes here was wrong with the request as it was read.
    private static Refusal RefusalOf(string status, Call call) =>
        status switch
        {
            _ when call.Deadline is { HasPassed: true } deadline => Refuse.DeadlineExceeded(deadline.Timeout),
            "1" => Refuse.Cancelled(),
            "2" or "3" or "13" => Refuse.MessageMalformed(),
            "4" => Refuse.DeadlineExceeded(call.Deadline?.Timeout ?? TimeSpan.Zero),
            "8" => Refuse.MessageTooLarge(MessageLimits.Of(call.Method)),
            "12" => call.Policy is null ? Refuse.MethodUnknown() : Refuse.EncodingUnsupported(),
            "14" => Refuse.StoreUnavailable(),
            _ => Refuse.Internal(),
        };
}

/// <summary>Largest request message of a method, in bytes.</summary>
internal static class MessageLimits
{
    public const int Usual = 256 * 1024;
    public const int ScoreFeed = 4 * 1024 * 1024;

    public static int Of(string? method) =>
        method?.StartsWith("sesame.operator.v1.ScoreFeedService/", StringComparison.Ordinal) == true ? ScoreFeed : Usual;
}
