using Microsoft.Data.Sqlite;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Soak.Audit;

/// <summary>One way to tamper with the tables of the log.</summary>
internal sealed record StoredTamper(string Name, Action<StoredTables, Random> Change);

/// <summary>A copy of a gateway's store in memory, from which each tampering takes a copy of its own.</summary>
internal sealed class StoredLog : IDisposable
{
    private readonly AuditVerification verification;
    private readonly SqliteConnection original;

    private StoredLog(AuditVerification verification, SqliteConnection original, string key, string note)
    {
        this.verification = verification;
        this.original = original;
        (Key, Note) = (VerifierKey.Parse(key), note);
    }

    public VerifierKey Key { get; }

    /// <summary>The newest checkpoint, as an auditor would have kept it elsewhere.</summary>
    public string Note { get; }

    public StoredTables Tables => new(original);

    public static async Task<StoredLog> CopyAsync(GatewayUnderTest gateway)
    {
        await using var source = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        var copy = Copy((SqliteConnection)source);
        await StoredLeaves.SplitAsync(copy);
        var newest = await gateway.Audit.GetAuditCheckpointAsync(new());
        return new StoredLog(gateway.Service<AuditVerification>(), copy, newest.VerifierKey, newest.Note);
    }

    /// <summary>Tampers with a copy; returns what its verification finds.</summary>
    public async Task<IReadOnlyList<string>> TamperAsync(StoredTamper tamper, Random random)
    {
        await using var copy = Copy(original);
        tamper.Change(new StoredTables(copy), random);
        return (await verification.RunAsync(copy, Note, _ => Task.CompletedTask, CancellationToken.None)).Differences;
    }

    public void Dispose() => original.Dispose();

    private static SqliteConnection Copy(SqliteConnection source)
    {
        var copy = new SqliteConnection("Data Source=:memory:;Pooling=False");
        copy.Open();
        source.BackupDatabase(copy);
        return copy;
    }
}
