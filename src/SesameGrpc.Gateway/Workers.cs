using Nito.AsyncEx;

namespace SesameGrpc.Gateway;

/// <summary>Registers and runs what works in the background.</summary>
internal static class Workers
{
    /// <summary>Registers a background worker that others also use.</summary>
    public static IServiceCollection AddSingletonWorker<TWorker>(this IServiceCollection services)
        where TWorker : BackgroundService =>
        services.AddSingleton<TWorker>().AddHostedService(provider => provider.GetRequiredService<TWorker>());

    /// <summary>
    /// Runs the work, whatever it waits for, on a thread of its own: SQLite keeps the thread that it is called on until the disk has answered, and calls need all that the pool has.
    /// </summary>
    public static async Task OnOwnThreadAsync(Func<Task> work) =>
        await Task.Factory.StartNew(
            () => AsyncContext.Run(work),
            CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default
        );
}
