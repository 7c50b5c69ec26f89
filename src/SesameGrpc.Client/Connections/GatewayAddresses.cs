using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;

namespace SesameGrpc.Client.Connections;

/// <summary>Opens a channel to one or several partner listeners; of several, calls take turns among those that answer.</summary>
internal static class GatewayAddresses
{
    private static readonly TimeSpan NameRefreshInterval = TimeSpan.FromSeconds(30);

    public static GrpcChannel Channel(IReadOnlyList<Uri> gateways, SocketsHttpHandler handler, CallCredentials credentials)
    {
        var options = new GrpcChannelOptions
        {
            HttpHandler = handler,
            Credentials = ChannelCredentials.Create(ChannelCredentials.SecureSsl, credentials),
        };
        if (gateways is [{ Scheme: "https" } single])
        {
            return GrpcChannel.ForAddress(single, options);
        }

        options.ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } };
        options.ServiceProvider = new Resolvers(gateways);
        return GrpcChannel.ForAddress(gateways is [{ Scheme: "dns" } name] ? name : new Uri("static:///gateways"), options);
    }

    /// <summary>What the channel asks for its resolvers of addresses; it knows no other way than a container.</summary>
    private sealed class Resolvers(IReadOnlyList<Uri> gateways) : IServiceProvider
    {
        public object? GetService(Type serviceType) =>
            serviceType == typeof(IEnumerable<ResolverFactory>)
                ? new ResolverFactory[]
                {
                    new StaticResolverFactory(_ => gateways.Select(gateway => new BalancerAddress(gateway.Host, gateway.Port))),
                    new DnsResolverFactory(NameRefreshInterval),
                }
                : null;
    }
}
