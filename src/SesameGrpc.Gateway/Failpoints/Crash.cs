using System.Diagnostics;
using System.Runtime.CompilerServices;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Gateway.Failpoints;

/// <summary>
/// Kills this process where a kill test wants it: SIGKILL, no handler runs, nothing is flushed. Armed by Sesame:Failpoint, which production refuses;
/// otherwise a failpoint is one comparison of a number.
/// </summary>
internal static class Crash
{
    private const int Disarmed = -1;

    private static int armed = Disarmed;
    private static int left;

    /// <summary>Arms the failpoint that the setting names, if it names one.</summary>
    public static void Arm(GatewayOptions options)
    {
        if (options.Failpoint.Length > 0)
        {
            (var failpoint, left) = Parse(options);
            armed = (int)failpoint;
        }
    }

    /// <summary>Marks a moment; the process ends here when it is armed and has come by as often as the setting says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void At(Failpoint failpoint)
    {
        if ((int)failpoint == armed)
        {
            Count(failpoint);
        }
    }

    private static void Count(Failpoint failpoint)
    {
        if (Interlocked.Decrement(ref left) == 0)
        {
            Console.Error.WriteLine($"Killed at failpoint {failpoint}.");
            using var self = Process.GetCurrentProcess();
            self.Kill();
        }
    }

    private static (Failpoint Failpoint, int Count) Parse(GatewayOptions options)
    {
        var parts = options.Failpoint.Split(':');
        var count = 1;
        var isSound =
            Enum.GetNames<Failpoint>().Contains(parts[0], StringComparer.Ordinal)
            && (parts.Length == 1 || (parts.Length == 2 && int.TryParse(parts[1], out count) && count > 0));
        if (!isSound || options.Mode != GatewayMode.Sandbox)
        {
            throw new ConfigurationException(
                $"Sesame:Failpoint is \"{options.Failpoint}\"; allowed: empty, or in the sandbox one of {string.Join(", ", Enum.GetNames<Failpoint>())}, with \":\" and how often it must be reached before."
            );
        }

        return (Enum.Parse<Failpoint>(parts[0]), count);
    }
}
