using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Gateway.Pipeline;

namespace SesameGrpc.Gateway.HttpJson;

/// <summary>Gathers the unary methods of services that have an HTTP rule. Their calls take the same pipeline under the same policy row as those of gRPC.</summary>
internal sealed class JsonBinder(IServiceProvider services) : UnaryMethodBinder
{
    private readonly List<(HttpRoute Route, Endpoint Endpoint)> routes = [];

    /// <summary>The routing to what was gathered.</summary>
    public JsonRouting Routing => new(routes);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var name = method.FullName[1..];
        var request = (IMessage)Activator.CreateInstance<TRequest>();
        var service = request.Descriptor.File.Services.Single(candidate => candidate.FullName == method.ServiceName);
        foreach (var route in HttpRoute.Of(service.FindMethodByName(method.Name)))
        {
            var endpoint = new JsonEndpoint<TRequest, TResponse>(
                route,
                method,
                handler!,
                services.GetRequiredService<CallAudit>(),
                services.GetRequiredService<CallRefusals>()
            );
            var known = new MethodEndpoint(name, MethodPolicies.Find(name), endpoint.ServeAsync, IsExact: true);
            routes.Add((route, new Endpoint(null, new EndpointMetadataCollection(known), $"{route.Verb} {route.Path}")));
        }
    }
}
