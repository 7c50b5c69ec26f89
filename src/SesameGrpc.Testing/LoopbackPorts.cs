using System.Net;
using System.Net.Sockets;

namespace SesameGrpc.Testing;

/// <summary>Loopback ports that are free now and that this process has not given out before.</summary>
internal static class LoopbackPorts
{
    // Below the range from which the system takes ports for outgoing connections (which would take it again before a server does), and low enough for a Redis cluster's second
    // port, 10,000 above.
    private const int First = 12_000;
    private const int Count = 10_000;

    // Test processes that run side by side start at different places.
    private static int tried = Environment.ProcessId * 61;

    public static int Next()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref tried) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; the next one may not be.
            }
        }
    }
}
