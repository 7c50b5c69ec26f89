using System.Text;

namespace SesameGrpc.Cli.Logs;

/// <summary>Reads a log that is still being written: whole lines only, and from the beginning again when a new start has emptied it.</summary>
internal sealed class LogReader : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly FileStream? file;
    private readonly TextReader reader;
    private readonly StringBuilder begun = new();

    public LogReader(string path)
    {
        file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        reader = new StreamReader(file);
    }

    /// <summary>Reads what another program writes, until it ends.</summary>
    public LogReader(TextReader reader) => this.reader = reader;

    /// <summary>The next line; null: there is none yet.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var one = new char[1];
        while (await reader.ReadAsync(one, cancellationToken) == 1)
        {
            if (one[0] != '\n')
            {
                begun.Append(one[0]);
                continue;
            }

            var line = begun.ToString().TrimEnd('\r');
            begun.Clear();
            return line;
        }

        return null;
    }

    /// <summary>The next line, as soon as it is written.</summary>
    public async Task<string> NextLineAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await ReadLineAsync(cancellationToken) is { } line)
            {
                return line;
            }

            if (file is null)
            {
                throw new OperationCanceledException("Standard input has ended.", cancellationToken);
            }

            if (file.Position > file.Length)
            {
                file.Position = 0;
                ((StreamReader)reader).DiscardBufferedData();
                begun.Clear();
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    public void Dispose() => reader.Dispose();
}
