using Grpc.Core;
using Grpc.Core.Interceptors;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>Turns everything that a service throws into a complete status.</summary>
internal sealed class StatusInterceptor(StatusDetails statuses, Faults faults) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation
    )
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception exception)
        {
            throw ToRpcException(exception, context.Call());
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception exception)
        {
            throw ToRpcException(exception, context.Call());
        }
    }

    // An RpcException is the framework's own word on a message that it could not read; FrameworkStatus says which fault that was.
    private RpcException ToRpcException(Exception exception, Call call) =>
        exception as RpcException ?? statuses.ToStatus(faults.RefusalOf(exception, call), call.Id).ToRpcException();
}
