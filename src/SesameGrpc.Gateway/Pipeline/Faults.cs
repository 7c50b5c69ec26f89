using Google.Protobuf;
using Google.Rpc;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>Says which refusal an exception means to the caller. What is not expected is logged, once, and answered INTERNAL.</summary>
internal sealed partial class Faults(ILogger<Faults> logger)
{
    public Refusal RefusalOf(Exception exception, Call call)
    {
        var refusal = exception switch
        {
            RefusalException expected => expected.Refusal,
            OperationCanceledException when call.Deadline?.HasPassed == true => Refuse.DeadlineExceeded(call.Deadline.Timeout),
            OperationCanceledException or IOException when call.Deadline?.IsAborted == true => Refuse.Cancelled(),
            InvalidProtocolBufferException or BadHttpRequestException => Refuse.MessageMalformed(),
            _ when StoreFaults.IsOutage(exception) => Refuse.StoreUnavailable(),
            _ => Refuse.Internal(),
        };
        if (refusal.Code == Code.Internal)
        {
            LogFault(exception, call.Method, call.Id);
        }

        return refusal;
    }

    [LoggerMessage(1201, LogLevel.Error, "{Method} failed; call {CallId}.")]
    private partial void LogFault(Exception exception, string? method, string callId);
}
