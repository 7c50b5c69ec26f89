namespace SesameGrpc.TransparencyLog;

/// <summary>
/// A log in files, in the layout of C2SP tlog-tiles: checkpoint, tile/0/000 and so on, tile/entries/000 and so on. Where the first entries have ended, their bundles are not there, and
/// the file minimum-index, which the layout leaves open, has the index of the first entry that is.
/// </summary>
public sealed class LogDirectory(string path)
{
    private const string CheckpointFile = "checkpoint";
    private readonly List<byte[]> bundle = [];
    private long written;
    private long ended;

    /// <summary>Index of the first entry that has not ended, as the verification has read it.</summary>
    public long MinimumIndex { get; private set; }

    /// <summary>Passes over the next entry, which has ended; those that have are whole bundles.</summary>
    public void PassOver()
    {
        ended++;
        written = ended / Tile.FullWidth;
    }

    /// <summary>Writes the next entry; a bundle is on disk once it is full.</summary>
    public async Task AppendAsync(byte[] entry, CancellationToken cancellationToken)
    {
        bundle.Add(entry);
        if (bundle.Count == Tile.FullWidth)
        {
            await WriteBundleAsync(cancellationToken);
        }
    }

    /// <summary>Writes a tile.</summary>
    public void Write(Tile tile) => File.WriteAllBytes(FileOf(Tile.PathOf(tile.Level, tile.Index, tile.Width)), tile.Hashes);

    /// <summary>Writes what is left of the entries, and the checkpoint last.</summary>
    public async Task FinishAsync(string note, CancellationToken cancellationToken)
    {
        if (bundle.Count > 0)
        {
            await WriteBundleAsync(cancellationToken);
        }

        if (ended > 0)
        {
            await MinimumIndexFile.WriteAsync(path, ended, cancellationToken);
        }

        await File.WriteAllTextAsync(FileOf(CheckpointFile), note, cancellationToken);
    }

    /// <summary>The signed note of the checkpoint.</summary>
    public Task<string> ReadCheckpointAsync(CancellationToken cancellationToken) =>
        ReadNoteAsync(Path.Combine(path, CheckpointFile), cancellationToken);

    /// <summary>A note in a file; bytes that are no UTF-8 are refused, because they would all read alike.</summary>
    public static async Task<string> ReadNoteAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var strict = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            return strict.GetString(await File.ReadAllBytesAsync(file, cancellationToken));
        }
        catch (System.Text.DecoderFallbackException)
        {
            throw new LogFormatException($"{Path.GetFileName(file)} is not UTF-8.");
        }
    }

    /// <summary>
    /// Recomputes the log of these files: entries, tiles, the checkpoint and its signature, and an earlier checkpoint of the same log. Returns every
    /// difference, none when all is as it was signed.
    /// </summary>
    /// <param name="key">The log's key.</param>
    /// <param name="earlier">The signed note of an earlier checkpoint; null where there is none.</param>
    /// <param name="minimumIndexOf">What an entry says of the entries that have ended.</param>
    /// <param name="progress">Is told the number of entries read so far.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<string>> VerifyAsync(
        VerifierKey key,
        string? earlier,
        MinimumIndexReader minimumIndexOf,
        Action<long> progress,
        CancellationToken cancellationToken
    )
    {
        Checkpoint checkpoint;
        LogRebuild rebuild;
        try
        {
            checkpoint = Checkpoint.Open(await ReadCheckpointAsync(cancellationToken), key);
            rebuild = new LogRebuild(earlier is null ? [checkpoint] : [checkpoint, Checkpoint.Open(earlier, key)], minimumIndexOf);
            MinimumIndex = await MinimumIndexFile.ReadAsync(path, checkpoint.Size, cancellationToken);
        }
        catch (Exception exception) when (exception is LogFormatException or FileNotFoundException)
        {
            return [exception.Message];
        }

        for (long index = 0; index * Tile.FullWidth < checkpoint.Size; index++)
        {
            var width = (int)Math.Min(Tile.FullWidth, checkpoint.Size - (index * Tile.FullWidth));
            if (index * Tile.FullWidth < MinimumIndex)
            {
                await PassOverAsync(index, rebuild, cancellationToken);
                continue;
            }

            foreach (var entry in await ReadBundleAsync(index, width, rebuild, cancellationToken))
            {
                rebuild.Append(entry, tile => Compare(tile, rebuild));
            }

            progress(rebuild.Size);
        }

        rebuild.End(tile => Compare(tile, rebuild));
        return rebuild.Differences;
    }

    // Of entries that have ended the tile's hashes take the place; the tiles above, and the checkpoint, say whether they are right.
    private async Task PassOverAsync(long index, LogRebuild rebuild, CancellationToken cancellationToken)
    {
        var name = Tile.PathOf(0, index, Tile.FullWidth);
        var file = Path.Combine(path, name);
        var hashes = File.Exists(file) ? await File.ReadAllBytesAsync(file, cancellationToken) : [];
        if (hashes.Length != Tile.FullWidth * MerkleHash.Bytes)
        {
            rebuild.Add($"{name} is missing or not whole.");
            hashes = new byte[Tile.FullWidth * MerkleHash.Bytes];
        }

        if (File.Exists(Path.Combine(path, Tile.PathOfEntries(index, Tile.FullWidth))))
        {
            rebuild.Add($"{Tile.PathOfEntries(index, Tile.FullWidth)} is there, though its entries are said to have ended.");
        }

        var tile = new Tile(0, index, hashes);
        for (var position = 0; position < Tile.FullWidth; position++)
        {
            rebuild.AppendEnded(tile.HashAt(position), full => Compare(full, rebuild));
        }
    }

    private async Task<IReadOnlyList<byte[]>> ReadBundleAsync(
        long index,
        int width,
        LogRebuild rebuild,
        CancellationToken cancellationToken
    )
    {
        var name = Tile.PathOfEntries(index, width);
        try
        {
            var entries = EntryBundle.Read(await File.ReadAllBytesAsync(Path.Combine(path, name), cancellationToken));
            if (entries.Count != width)
            {
                rebuild.Add($"{name} has {entries.Count} entries.");
            }

            return entries;
        }
        catch (Exception exception) when (exception is LogFormatException or IOException)
        {
            rebuild.Add($"{name} cannot be read: {exception.Message}");
            return [];
        }
    }

    private void Compare(Tile tile, LogRebuild rebuild)
    {
        var name = Tile.PathOf(tile.Level, tile.Index, tile.Width);
        var file = Path.Combine(path, name);
        if (!File.Exists(file))
        {
            rebuild.Add($"{name} is missing.");
        }
        else if (!File.ReadAllBytes(file).AsSpan().SequenceEqual(tile.Hashes))
        {
            rebuild.Add($"{name} is not made of its entries.");
        }
    }

    private async Task WriteBundleAsync(CancellationToken cancellationToken)
    {
        var file = FileOf(Tile.PathOfEntries(written++, bundle.Count));
        await File.WriteAllBytesAsync(file, EntryBundle.Write(bundle), cancellationToken);
        bundle.Clear();
    }

    private string FileOf(string name)
    {
        var file = Path.Combine(path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return file;
    }
}
