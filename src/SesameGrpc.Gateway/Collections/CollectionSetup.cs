using OpenTelemetry.Metrics;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Gateway.Collections;

/// <summary>Registers what collects charges, where there is a payment system to ask.</summary>
internal static class CollectionSetup
{
    public static IServiceCollection AddCollections(this IServiceCollection services, GatewayOptions options)
    {
        if (options.Rail.Url.Length == 0)
        {
            return services;
        }

        services.AddSingleton<CollectionStore>().AddSingleton<CollectionMetrics>().AddSingleton<RailChannel>().AddSingleton<RailClient>();
        services.AddHostedService<CollectionWorker>();
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(CollectionMetrics.MeterName));
        return services;
    }
}
