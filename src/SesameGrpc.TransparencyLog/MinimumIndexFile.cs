using System.Globalization;

namespace SesameGrpc.TransparencyLog;

/// <summary>The file in which an export states its minimum index: a decimal number and a line feed. It is there only where entries have ended.</summary>
internal static class MinimumIndexFile
{
    private const string Name = "minimum-index";

    public static Task WriteAsync(string directory, long minimum, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(Path.Combine(directory, Name), $"{minimum}\n", cancellationToken);

    /// <summary>0 where there is none; throws <see cref="LogFormatException"/> unless it is the first index of a bundle of a log of this size.</summary>
    public static async Task<long> ReadAsync(string directory, long size, CancellationToken cancellationToken)
    {
        var file = Path.Combine(directory, Name);
        if (!File.Exists(file))
        {
            return 0;
        }

        var text = await File.ReadAllTextAsync(file, cancellationToken);
        return
            long.TryParse(text.TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var minimum)
            && text == $"{minimum}\n"
            && minimum % Tile.FullWidth == 0
            && minimum <= size
            ? minimum
            : throw new LogFormatException($"{Name} is not the index of a bundle's first entry.");
    }
}
