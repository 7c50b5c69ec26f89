using SesameGrpc.Gateway.Audit;
using SesameGrpc.TestSupport;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Soak.Audit;

/// <summary>One way to tamper with the files of an exported log.</summary>
internal sealed record ExportedTamper(string Name, Action<string, Random> Change);

/// <summary>A log exported to files, from which each tampering takes a copy of its own.</summary>
internal sealed class ExportedLog : IDisposable
{
    private readonly string original = TestEnvironment.NewDirectory("audit-export");
    private readonly string copy = TestEnvironment.NewDirectory("audit-tamper");
    private readonly StoredLog stored;

    private ExportedLog(StoredLog stored) => this.stored = stored;

    public string Path => original;

    /// <summary>Where the last tampered copy is.</summary>
    public string TamperedPath => copy;

    public static async Task<ExportedLog> ExportAsync(StoredLog stored)
    {
        var exported = new ExportedLog(stored);
        var directory = new LogDirectory(exported.original);
        var builder = new TreeBuilder();
        foreach (var entry in stored.Tables.Entries)
        {
            await directory.AppendAsync(entry, CancellationToken.None);
            builder.Append(MerkleHash.OfLeaf(entry), directory.Write);
        }

        builder.PartialTiles.ToList().ForEach(directory.Write);
        await directory.FinishAsync(stored.Note, CancellationToken.None);
        return exported;
    }

    /// <summary>Tampers with a copy; returns what its verification finds.</summary>
    public Task<IReadOnlyList<string>> TamperAsync(ExportedTamper tamper, Random random)
    {
        Directory.Delete(copy, recursive: true);
        foreach (var file in Directory.EnumerateFiles(original, "*", SearchOption.AllDirectories))
        {
            var target = System.IO.Path.Combine(copy, System.IO.Path.GetRelativePath(original, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        tamper.Change(copy, random);
        return new LogDirectory(copy).VerifyAsync(stored.Key, stored.Note, AuditEntries.MinimumIndexOf, _ => { }, CancellationToken.None);
    }

    public void Dispose()
    {
        Directory.Delete(original, recursive: true);
        Directory.Delete(copy, recursive: true);
    }
}
