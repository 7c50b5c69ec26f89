using Google.Rpc;
using Grpc.Core;

namespace SesameGrpc.Soak.Kill;

/// <summary>What a client may conclude from a status that is not OK.</summary>
internal static class Outcomes
{
    /// <summary>The gateway has decided against the call, which has no effect. Everything else leaves it open.</summary>
    public static bool IsRefusal(RpcException exception, out string reason)
    {
        reason = exception.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? "";
        return reason.Length > 0
            && exception.StatusCode
                is StatusCode.InvalidArgument
                    or StatusCode.NotFound
                    or StatusCode.AlreadyExists
                    or StatusCode.FailedPrecondition
                    or StatusCode.PermissionDenied;
    }

    /// <summary>The gateway says itself that it is at fault, or does not know its caller any more.</summary>
    public static bool IsFault(RpcException exception) =>
        exception.StatusCode is StatusCode.Internal or StatusCode.Unauthenticated or StatusCode.Unknown
        && exception.GetRpcStatus()?.GetDetail<ErrorInfo>() is not null;
}
