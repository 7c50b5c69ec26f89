namespace SesameGrpc.Cli.Hosting;

/// <summary>Writes a child's output to a file and remembers its last lines for an error message.</summary>
internal sealed class ServerLog : IDisposable
{
    private const int RememberedLines = 20;
    private readonly Lock sync = new();
    private readonly Queue<string> last = new();
    private readonly StreamWriter writer;
    private readonly string path;
    private bool closed;

    public ServerLog(string path)
    {
        this.path = path;
        writer = new StreamWriter(path, append: false) { AutoFlush = true };
    }

    public void Add(string? line)
    {
        lock (sync)
        {
            if (line is null || closed)
            {
                return;
            }

            writer.WriteLine(line);
            last.Enqueue(line);
            if (last.Count > RememberedLines)
            {
                last.Dequeue();
            }
        }
    }

    /// <summary>The last lines, indented, with the path of the whole log.</summary>
    public string Tail()
    {
        lock (sync)
        {
            return $" Its last lines (all of them in {path}):{Environment.NewLine}{string.Join(Environment.NewLine, last.Select(line => "  " + line))}";
        }
    }

    public void Dispose()
    {
        lock (sync)
        {
            closed = true;
            writer.Dispose();
        }
    }
}
