namespace SesameGrpc.Gateway;

/// <summary>Registers what runs in the background.</summary>
internal static class Workers
{
    /// <summary>Registers a background worker that others also use.</summary>
    public static IServiceCollection AddSingletonWorker<TWorker>(this IServiceCollection services)
        where TWorker : BackgroundService =>
        services.AddSingleton<TWorker>().AddHostedService(provider => provider.GetRequiredService<TWorker>());
}
