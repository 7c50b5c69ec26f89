using OpenTelemetry.Metrics;

namespace SesameGrpc.Gateway.Retention;

/// <summary>Registers what ends records that have been kept long enough.</summary>
internal static class RetentionSetup
{
    public static IServiceCollection AddRetention(this IServiceCollection services)
    {
        services
            .AddSingleton<EntryRetentionStore>()
            .AddSingleton<AdverseRecordStore>()
            .AddSingleton<AdverseReportStore>()
            .AddSingleton<RetentionMetrics>();
        services.AddSingletonWorker<RetentionWorker>();
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(RetentionMetrics.MeterName));
        return services;
    }
}
