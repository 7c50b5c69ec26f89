using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Retention;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Soak.Ledger;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Functional.Tests.Retention;

/// <summary>A gateway whose clock stands still, and whose audit log a test fills with entries of any age. Checkpoints are signed when the test wants them.</summary>
internal static class OldLog
{
    public const int AuditYears = 3;
    public static readonly TimeSpan Moment = TimeSpan.FromMicroseconds(1);

    public static GatewaySetup Setup(TimeProvider time) =>
        new()
        {
            Time = time,
            Settings = new Dictionary<string, string?> { ["Sesame:Audit:CheckpointMilliseconds"] = "60000" },
        };

    /// <summary>The moment from which on entries are kept.</summary>
    public static DateTimeOffset Cutoff(this StoppedTime time) => time.GetUtcNow().AddYears(-AuditYears);

    /// <summary>Appends so many entries, each as if it had been made at this time.</summary>
    public static Task AppendAsync(this GatewayUnderTest gateway, int count, DateTimeOffset at)
    {
        var entries = gateway.Service<AuditEntries>();
        return gateway
            .Service<AuditLog>()
            .AppendAsync(
                [
                    .. Enumerable
                        .Range(0, count)
                        .Select(number =>
                        {
                            var entry = entries.New("partner:old", "sesame.Test/Made", $"{number}");
                            entry.RecordTime = Instants.ToTimestamp(at.ToMicros());
                            return entry;
                        }),
                ],
                CancellationToken.None
            );
    }

    /// <summary>Makes a group of each leaf, so that one can be tampered with alone.</summary>
    public static async Task SplitAsync(this GatewayUnderTest gateway)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        await StoredLeaves.SplitAsync(connection);
    }

    public static Task<Sweep> SweepAsync(this GatewayUnderTest gateway) =>
        gateway.Service<RetentionWorker>().SweepAsync(CancellationToken.None);

    /// <summary>What the gateway's own verification finds.</summary>
    public static async Task<AuditReport> CheckAsync(this GatewayUnderTest gateway, string? earlierNote = null)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        await using var snapshot = await Database.BeginSnapshotAsync(connection, CancellationToken.None);
        return await gateway
            .Service<AuditVerification>()
            .RunAsync(connection, earlierNote, _ => Task.CompletedTask, CancellationToken.None);
    }
}
