using System.Buffers.Binary;

namespace SesameGrpc.Gateway.Storage;

/// <summary>
/// How full SQLite's log is. The file keeps its length when the log begins anew, so that tells nothing; but each frame in use has the salts of the file's header, and those behind them
/// have older ones (SQLite's file format, section 4.1). SQLite keeps its locks on another file, so this one may be opened and closed beside it.
/// </summary>
internal sealed class SqliteLogFile(string database)
{
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;
    private const int PageSizeAt = 8;
    private const int SaltsAt = 16;
    private const int FrameSaltsAt = 8;

    private readonly FileInfo file = new(database + "-wal");

    /// <summary>Whether the log has this many bytes in use.</summary>
    public bool IsLongerThan(long bytes)
    {
        file.Refresh();
        if (!file.Exists || file.Length < bytes)
        {
            return false;
        }

        using var handle = File.OpenHandle(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[HeaderBytes];
        Span<byte> salts = stackalloc byte[sizeof(long)];
        if (RandomAccess.Read(handle, header, 0) < HeaderBytes)
        {
            return false;
        }

        // The frame that ends there is in use when its salts are the header's, and then all before it are.
        var frame = FrameHeaderBytes + BinaryPrimitives.ReadUInt32BigEndian(header[PageSizeAt..]);
        var at = HeaderBytes + ((bytes - HeaderBytes) / frame * frame);
        return RandomAccess.Read(handle, salts, at + FrameSaltsAt) == salts.Length
            && salts.SequenceEqual(header.Slice(SaltsAt, salts.Length));
    }
}
