using Grpc.Core;
using Grpc.Core.Interceptors;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>What <see cref="UnaryEndpoint{TRequest, TResponse}"/> does, for the streams, which the gRPC framework serves: turns everything that a service throws into a complete status, and sees to it that the audit log has the call's entries before it is answered.</summary>
internal sealed class StatusInterceptor(StatusDetails statuses, Faults faults, CallAudit audit) : Interceptor
{
    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        var call = context.Call();
        try
        {
            var response = await continuation(requestStream, context);
            await audit.AnsweredAsync(call);
            return response;
        }
        catch (Exception exception)
        {
            throw await ToRpcExceptionAsync(exception, call);
        }
    }

    // A stream that tells of persons leaves its entries itself, before each message that does.
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception exception)
        {
            throw await ToRpcExceptionAsync(exception, context.Call());
        }
    }

    // An RpcException is the framework's own word on a message that it could not read; FrameworkStatus says which fault that was.
    private async ValueTask<RpcException> ToRpcExceptionAsync(Exception exception, Call call)
    {
        if (exception is RpcException answered)
        {
            return answered;
        }

        var final = await audit.RefusedAsync(call, faults.RefusalOf(exception, call));
        call.Reason = final.Reason;
        return statuses.ToStatus(final, call.Id).ToRpcException();
    }
}
