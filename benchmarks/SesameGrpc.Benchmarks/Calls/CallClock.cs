using System.Runtime.InteropServices;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>Has connections start what is due, about every tenth of a millisecond: finer than the runtime's timers, and without a processor that spins.</summary>
internal sealed class CallClock : IDisposable
{
    private const uint StepMicros = 100;

    private readonly Thread thread;
    private volatile bool isOver;

    public CallClock(IReadOnlyList<CallConnection> connections)
    {
        thread = new Thread(() =>
        {
            while (!isOver)
            {
                _ = Sleep(StepMicros);
                foreach (var connection in connections)
                {
                    connection.Advance();
                }
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
    }

    public void Dispose()
    {
        isOver = true;
        thread.Join();
    }

    [DllImport("libc", EntryPoint = "usleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sleep(uint micros);
}
