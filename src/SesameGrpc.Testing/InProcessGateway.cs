using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using SesameGrpc.Gateway;

namespace SesameGrpc.Testing;

/// <summary>Starts the gateway that production runs, in this process.</summary>
internal static class InProcessGateway
{
    public static async Task<WebApplication> StartAsync(
        IEnumerable<KeyValuePair<string, string?>> settings,
        Action<WebApplicationBuilder> configure,
        Action<WebApplication>? customize,
        CancellationToken cancellationToken
    )
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(settings);
        builder
            .Logging.ClearProviders()
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("OpenIddict", LogLevel.Warning)
            .AddFilter("Grpc", LogLevel.None);
        configure(builder);
        var gateway = GatewayHost.Build(builder);
        customize?.Invoke(gateway);
        await GatewayHost.PrepareAsync(gateway, cancellationToken);
        await gateway.StartAsync(cancellationToken);
        return gateway;
    }
}
