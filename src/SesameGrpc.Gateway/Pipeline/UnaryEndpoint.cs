using Grpc.Core;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>
/// Serves one unary method on the HTTP request itself: reads its message, asks the service, sees to it that the audit log has the call's entries before the answer leaves. The gRPC framework
/// serves the streams; a unary call through it would pay for a scope, an interceptor and a deadline that it does not need. What a message looks like on the wire is the subclass's to know.
/// </summary>
internal abstract class UnaryEndpoint<TRequest, TResponse>(
    IMethod method,
    UnaryServerMethod<TRequest, TResponse> handler,
    CallAudit audit,
    CallRefusals refusals
)
    where TRequest : class
    where TResponse : class
{
    public async Task ServeAsync(Call call)
    {
        try
        {
            var request = await ReadAsync(call);
            var context = new UnaryContext(call, method);
            TResponse response;
            do
            {
                // A handler that discloses changes nothing, so it may be asked again when a consent has ended meanwhile.
                call.Reliances.Clear();
                response = await handler(request, context);
            } while (!audit.TryHold(call) && !await audit.MayAnswerAsync(call, await audit.AppendAsync(call)));

            await AnswerAsync(call.Http.Response, response);
            call.Status = StatusCode.OK;
        }
        catch (Exception exception)
        {
            await refusals.AnswerAsync(call, exception);
        }
    }

    /// <summary>Reads the request; throws what refuses it.</summary>
    protected abstract ValueTask<TRequest> ReadAsync(Call call);

    protected abstract Task AnswerAsync(HttpResponse http, TResponse response);
}
