using Spectre.Console;

namespace SesameGrpc.Cli.Output;

/// <summary>Shows how far a stream of rows has come: a bar on a terminal, a line every two seconds elsewhere, nothing for scripts.</summary>
internal sealed class RowProgress(CliOutput output, TimeProvider time)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);

    /// <summary>Runs <paramref name="work"/>, which tells the number of rows done so far.</summary>
    public async Task<T> RunAsync<T>(string title, long total, Func<Action<long>, Task<T>> work)
    {
        if (output.Json)
        {
            return await work(static _ => { });
        }

        var result = default(T);
        if (!output.IsInteractive)
        {
            return await work(PlainLines(title, total));
        }

        await output
            .Console.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RateColumn(time),
                new RemainingTimeColumn()
            )
            .StartAsync(async context =>
            {
                var task = context.AddTask(Markup.Escape(title), autoStart: true, maxValue: Math.Max(total, 1));
                result = await work(done => task.Value = done);
                task.Value = task.MaxValue;
            });
        return result!;
    }

    private Action<long> PlainLines(string title, long total)
    {
        var started = time.GetTimestamp();
        var lastLine = started;
        return done =>
        {
            if (time.GetElapsedTime(lastLine) >= LineInterval)
            {
                lastLine = time.GetTimestamp();
                var seconds = time.GetElapsedTime(started).TotalSeconds;
                var rate = done / seconds;
                output.Out.WriteLine($"{title}: {done:N0} of {total:N0} rows, {rate:N0} rows/s, {(total - done) / rate:N0} s left");
            }
        };
    }

    /// <summary>Rows per second since the task began.</summary>
    private sealed class RateColumn(TimeProvider time) : ProgressColumn
    {
        private readonly long started = time.GetTimestamp();

        public override Spectre.Console.Rendering.IRenderable Render(
            Spectre.Console.Rendering.RenderOptions options,
            ProgressTask task,
            TimeSpan deltaTime
        ) => new Text($"{task.Value:N0} rows, {task.Value / Math.Max(time.GetElapsedTime(started).TotalSeconds, 0.1):N0}/s");
    }
}
