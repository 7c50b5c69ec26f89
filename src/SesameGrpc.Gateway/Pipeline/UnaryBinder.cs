using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>Maps the unary methods of services as gRPC, before what the gRPC framework maps for the same paths.</summary>
internal sealed class UnaryBinder(IEndpointRouteBuilder endpoints) : UnaryMethodBinder
{
    private readonly CallAudit audit = endpoints.ServiceProvider.GetRequiredService<CallAudit>();
    private readonly CallRefusals refusals = endpoints.ServiceProvider.GetRequiredService<CallRefusals>();

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var endpoint = new FrameEndpoint<TRequest, TResponse>(method, handler!, audit, refusals);
        endpoints
            .MapPost(method.FullName, (RequestDelegate)endpoint.InvokeAsync)
            .WithOrder(-1)
            .WithMetadata(new GrpcMethodMetadata(handler!.Target!.GetType(), method))
            .WithMethodPolicies(isDirect: true);
    }
}
