using OpenTelemetry.Metrics;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>Registers what brings events to partners' endpoints.</summary>
internal static class WebhookSetup
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services
            .AddSingleton<WebhookEndpointStore>()
            .AddSingleton<WebhookOutbox>()
            .AddSingleton<WebhookDeliveryLog>()
            .AddSingleton<WebhookSecretSeal>()
            .AddSingleton<WebhookClient>()
            .AddSingleton<WebhookMetrics>()
            .AddSingleton<WebhookSender>()
            .AddSingleton<WebhookService>();
        services.AddHostedService<WebhookWorker>();
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(WebhookMetrics.MeterName));
        return services;
    }
}
