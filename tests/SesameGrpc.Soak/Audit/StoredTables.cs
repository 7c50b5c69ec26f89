using Microsoft.Data.Sqlite;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Soak.Audit;

/// <summary>The log's tables, a group of each leaf, for whoever has the store in hand but not the key.</summary>
internal sealed class StoredTables(SqliteConnection connection)
{
    public long Size => (long)Scalar("SELECT count(*) FROM audit_groups")!;

    public IReadOnlyList<long> CheckpointSizes => Column("SELECT size FROM audit_checkpoints ORDER BY size");

    public IReadOnlyList<long> TileRows => Column("SELECT rowid FROM audit_tiles");

    public IReadOnlyList<byte[]> Entries => [.. Enumerable.Range(0, (int)Size).Select(index => EntryAt(index))];

    public byte[] EntryAt(long index) =>
        ((byte[])Scalar("SELECT entries FROM audit_groups WHERE first_index = @index", ("index", index))!)[2..];

    /// <summary>Number of pages of the one run there is.</summary>
    public int RunPages => (int)(long)Scalar("SELECT count(*) FROM audit_runs")!;

    /// <summary>Writes an entry over another, with its length.</summary>
    public void SetEntry(long index, byte[] entry) =>
        Run(
            "UPDATE audit_groups SET entries = @entries WHERE first_index = @index",
            ("entries", EntryBundle.Write([entry])),
            ("index", index)
        );

    public void Run(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = Command(sql, parameters);
        command.ExecuteNonQuery();
    }

    public object? Scalar(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = Command(sql, parameters);
        return command.ExecuteScalar();
    }

    /// <summary>Makes all tiles anew, so that they fit the leaves as they are now; returns the root.</summary>
    public byte[] RebuildTiles()
    {
        Run("DELETE FROM audit_tiles");
        var builder = new TreeBuilder();
        foreach (var entry in Entries)
        {
            builder.Append(MerkleHash.OfLeaf(entry), Insert);
        }

        builder.PartialTiles.ToList().ForEach(Insert);
        return builder.Root();
    }

    private void Insert(Tile tile) =>
        Run(
            "INSERT INTO audit_tiles (level, tile_index, hashes) VALUES (@level, @index, @hashes)",
            ("level", tile.Level),
            ("index", tile.Index),
            ("hashes", tile.Hashes)
        );

    private List<long> Column(string sql)
    {
        using var command = Command(sql);
        using var reader = command.ExecuteReader();
        var values = new List<long>();
        while (reader.Read())
        {
            values.Add(reader.GetInt64(0));
        }

        return values;
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this program; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
