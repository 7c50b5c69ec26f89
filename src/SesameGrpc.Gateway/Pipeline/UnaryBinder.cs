using System.Collections.Frozen;
using Grpc.Core;
using SesameGrpc.Gateway.Listeners;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>Gathers the unary methods of services as gRPC.</summary>
internal sealed class UnaryBinder(IServiceProvider services) : UnaryMethodBinder
{
    private readonly CallAudit audit = services.GetRequiredService<CallAudit>();
    private readonly CallRefusals refusals = services.GetRequiredService<CallRefusals>();
    private readonly List<MethodEndpoint> methods = [];

    /// <summary>The routing to what was gathered.</summary>
    public UnaryRouting Routing => new(methods.ToFrozenDictionary(method => $"/{method.Method}", StringComparer.Ordinal));

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var name = method.FullName[1..];
        var endpoint = new FrameEndpoint<TRequest, TResponse>(method, handler!, audit, refusals);
        methods.Add(new MethodEndpoint(name, MethodPolicies.Find(name), endpoint.ServeAsync));
    }
}

/// <summary>Finds the endpoint of a unary gRPC call by its path: one look-up, before all other routing.</summary>
internal sealed class UnaryRouting(FrozenDictionary<string, MethodEndpoint> methods)
{
    /// <summary>The endpoint; null: the request is something else, or comes where no calls are.</summary>
    public MethodEndpoint? Find(HttpContext http) =>
        HttpMethods.IsPost(http.Request.Method)
        && methods.TryGetValue(http.Request.Path.Value ?? "", out var endpoint)
        && http.Listener() is Listener.Partner or Listener.Operator
            ? endpoint
            : null;
}
