using Grpc.Core;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>One line for each call that is not OK: who, what, which status, why, and the id that RequestInfo told the caller. Never a payload.</summary>
internal sealed partial class CallLog(ILogger<CallLog> logger)
{
    public void Refused(Call call)
    {
        if (logger.IsEnabled(LogLevel.Information) && CallMetrics.StatusOf(call) is var status and not StatusCode.OK)
        {
            var reason = call.Reason is { } known ? ContractName.Of(known) : null;
            LogRefused(status, reason, call.Method, call.Partner?.Id ?? call.Operator, call.Certificate?.Certificate.SerialNumber, call.Id);
        }
    }

    /// <summary>Calls that were under way on the connection get UNAVAILABLE from their own libraries.</summary>
    public void ConnectionEnded(string partner, string cause) => LogConnectionEnded(partner, cause);

    [LoggerMessage(1202, LogLevel.Information, "{Status} ({Reason}) for {Method} by {Caller} (certificate {Serial}); call {CallId}.")]
    private partial void LogRefused(StatusCode status, string? reason, string? method, string? caller, string? serial, string callId);

    [LoggerMessage(1203, LogLevel.Warning, "A connection of {Partner} was ended with the answers that it kept: {Cause}.")]
    private partial void LogConnectionEnded(string partner, string cause);
}
