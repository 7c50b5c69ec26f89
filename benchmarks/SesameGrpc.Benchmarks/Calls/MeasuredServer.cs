namespace SesameGrpc.Benchmarks.Calls;

/// <summary>CPU seconds so far: of the server's process, of the client's, of Redis and of PostgreSQL.</summary>
internal sealed record CallCpu(double Server, double Client, double Redis, double PostgreSql)
{
    public static CallCpu operator -(CallCpu after, CallCpu before) =>
        new(after.Server - before.Server, after.Client - before.Client, after.Redis - before.Redis, after.PostgreSql - before.PostgreSql);
}

/// <summary>When calls about every person are made, so that it is where the row says that it is found: before each turn in memory, before the first one in Redis.</summary>
internal enum Priming
{
    BeforeEachTurn = 0,
    BeforeTheFirst = 1,
    Never = 2,
}

/// <summary>One row of the report: a process, and what of it is called.</summary>
internal sealed record MeasuredServer
{
    public required string Name { get; init; }

    public required int ProcessId { get; init; }

    public required int Port { get; init; }

    public CallKind Kind { get; init; }

    /// <summary>Persons whom the calls are about, in turn.</summary>
    public required int Persons { get; init; }

    public Priming Priming { get; init; }

    /// <summary>Who calls, with tokens that live longer than a window.</summary>
    public required Func<Task<IReadOnlyList<Caller>>> CallersAsync { get; init; }

    /// <summary>Bytes that the process has allocated so far.</summary>
    public required Func<Task<long>> AllocatedAsync { get; init; }

    /// <summary>Waits until nothing is left to do of what was called; the entries of the audit log then. A server without one: 0.</summary>
    public Func<Task<long>> SettleAsync { get; init; } = () => Task.FromResult(0L);

    public bool HasAuditLog { get; init; }

    /// <summary>Stops the process; what comes back starts it again, on the same port and the same store. Null: it cannot be.</summary>
    public Func<Task<Action>>? StopAsync { get; init; }
}
