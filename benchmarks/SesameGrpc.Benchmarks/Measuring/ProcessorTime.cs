namespace SesameGrpc.Benchmarks.Measuring;

/// <summary>CPU time that processes have used so far, from /proc; in steps of 10 ms.</summary>
internal static class ProcessorTime
{
    // USER_HZ is 100 on every architecture that .NET runs on.
    private const double SecondsPerTick = 0.01;

    /// <summary>Seconds of one process, without its children.</summary>
    public static double OfProcess(int processId) => Read(processId) is { } stat ? stat.Own * SecondsPerTick : 0;

    /// <summary>Memory of a process that is in RAM now, in bytes.</summary>
    public static long ResidentBytes(int processId)
    {
        using var process = System.Diagnostics.Process.GetProcessById(processId);
        return process.WorkingSet64;
    }

    /// <summary>Seconds of the children of a process that have ended.</summary>
    public static double OfEndedChildren(int processId) => Read(processId) is { } stat ? stat.EndedChildren * SecondsPerTick : 0;

    /// <summary>Seconds of a process and all its children, those that have ended too.</summary>
    public static double OfFamily(int processId)
    {
        while (true)
        {
            var ended = OfEndedChildren(processId);
            var children = Directory
                .EnumerateDirectories("/proc")
                .Select(path => int.TryParse(Path.GetFileName(path), out var id) ? Read(id) : null)
                .Where(stat => stat?.Parent == processId)
                .Sum(stat => stat!.Own * SecondsPerTick);

            // A child that ends while they are counted may be missed in both places.
            if (OfEndedChildren(processId).Equals(ended))
            {
                return OfProcess(processId) + ended + children;
            }
        }
    }

    // proc(5): after the name in parentheses, which may hold anything, come state, ppid, ... utime (14), stime, cutime, cstime.
    private static Stat? Read(int processId)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{processId}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Stat(
                int.Parse(fields[1]),
                long.Parse(fields[11]) + long.Parse(fields[12]),
                long.Parse(fields[13]) + long.Parse(fields[14])
            );
        }
        catch (IOException)
        {
            // It has ended; its parent counts it from now on.
            return null;
        }
    }

    private sealed record Stat(int Parent, long Own, long EndedChildren);
}
