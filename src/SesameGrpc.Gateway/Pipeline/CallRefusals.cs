using Grpc.Core;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>Answers calls that are refused before or by their service, in the form that they came in: gRPC by its content type, else JSON.</summary>
internal sealed class CallRefusals(StatusDetails statuses, Faults faults, CallAudit audit)
{
    public const string GrpcContentType = "application/grpc";

    public static bool IsGrpc(HttpRequest request) =>
        request.ContentType?.StartsWith(GrpcContentType, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Answers with what the exception means to the caller.</summary>
    public Task AnswerAsync(Call call, Exception exception) => AnswerAsync(call, faults.RefusalOf(exception, call));

    /// <summary>Answers with the refusal, once the audit log has it.</summary>
    public async Task AnswerAsync(Call call, Refusal refusal)
    {
        var final = await audit.RefusedAsync(call, refusal);
        (call.Status, call.Reason) = ((StatusCode)final.Code, final.Reason);
        var response = call.Http.Response;
        if (IsGrpc(call.Http.Request))
        {
            statuses.Write(response, final, call.Id);
        }
        else
        {
            await statuses.WriteJsonAsync(response, final, call.Id);
        }
    }
}
