using Grpc.Core;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>Answers calls that are refused before or by their service.</summary>
internal sealed class CallRefusals(StatusDetails statuses, Faults faults, CallAudit audit)
{
    public const string ContentType = "application/grpc";

    /// <summary>Answers with what the exception means to the caller.</summary>
    public Task AnswerAsync(Call call, Exception exception) => AnswerAsync(call, faults.RefusalOf(exception, call));

    /// <summary>Answers with the refusal, once the audit log has it.</summary>
    public async Task AnswerAsync(Call call, Refusal refusal)
    {
        var final = await audit.RefusedAsync(call, refusal);
        call.Status = (StatusCode)final.Code;
        statuses.Write(call.Http.Response, final, call.Id);
    }
}
