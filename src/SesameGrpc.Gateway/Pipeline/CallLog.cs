using Grpc.Core;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>One line for each call that is not OK: who, what, which status, and the id that RequestInfo told the caller. Never a payload.</summary>
internal sealed partial class CallLog(ILogger<CallLog> logger)
{
    public void Refused(Call call)
    {
        if (logger.IsEnabled(LogLevel.Information) && CallMetrics.StatusOf(call) is var status and not StatusCode.OK)
        {
            LogRefused(status, call.Method, call.Partner?.Id ?? call.Operator, call.Certificate?.Certificate.SerialNumber, call.Id);
        }
    }

    [LoggerMessage(1202, LogLevel.Information, "{Status} for {Method} by {Caller} (certificate {Serial}); call {CallId}.")]
    private partial void LogRefused(StatusCode status, string? method, string? caller, string? serial, string callId);
}
