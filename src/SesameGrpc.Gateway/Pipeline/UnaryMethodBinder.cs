using Grpc.Core;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>Binds the unary methods of services, each at its own; streams are the framework's.</summary>
internal abstract class UnaryMethodBinder : ServiceBinderBase
{
    public abstract override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        UnaryServerMethod<TRequest, TResponse>? handler
    );

    public sealed override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        ClientStreamingServerMethod<TRequest, TResponse>? handler
    ) { }

    public sealed override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        ServerStreamingServerMethod<TRequest, TResponse>? handler
    ) { }

    public sealed override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        DuplexStreamingServerMethod<TRequest, TResponse>? handler
    ) { }
}
