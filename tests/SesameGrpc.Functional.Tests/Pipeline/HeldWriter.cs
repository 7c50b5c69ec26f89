using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Functional.Tests.Pipeline;

/// <summary>Holds SQLite's one writer, so that every mutation waits.</summary>
internal sealed class HeldWriter : IAsyncDisposable
{
    private readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Database database;
    private Task<int> held = Task.FromResult(0);

    private HeldWriter(Database database) => this.database = database;

    public bool IsAwaited => database.WaitingWriters > 0;

    public static async Task<HeldWriter> TakeAsync(GatewayUnderTest gateway)
    {
        var writer = new HeldWriter(gateway.Service<Database>());
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        writer.held = writer.database.WriteAsync((transaction, token) => HoldAsync(writer, taken), CancellationToken.None);
        await taken.Task;
        return writer;
    }

    public async ValueTask DisposeAsync()
    {
        release.TrySetResult();
        await held;
    }

    private static async Task<int> HoldAsync(HeldWriter writer, TaskCompletionSource taken)
    {
        taken.SetResult();
        await writer.release.Task;
        return 0;
    }
}
