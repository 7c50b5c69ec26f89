using System.Buffers;
using System.Security.Cryptography;

namespace SesameGrpc.Cli.Scores;

/// <summary>A score file seen once from beginning to end: what names it, and how long it is.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="ContentHash">SHA-256 of its bytes, lower-case hexadecimal.</param>
/// <param name="Lines">Number of lines, header included.</param>
internal sealed record ScoreFile(string Path, string ContentHash, long Lines)
{
    private const int BufferSize = 1 << 20;

    /// <summary>The same content is the same import, so that repeating a command resumes it.</summary>
    public string DefaultImportId => "file-" + ContentHash[..40];

    public static async Task<ScoreFile> InspectAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        long lines = 0;
        byte last = (byte)'\n';
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
            last = buffer[read - 1];
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return new ScoreFile(path, Convert.ToHexStringLower(hash.GetHashAndReset()), lines + (last == '\n' ? 0 : 1));
    }
}
