using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Dev;
using SesameGrpc.Cli.Output;
using Spectre.Console;

namespace SesameGrpc.Cli.Logs;

/// <summary>`sesame logs tail`: the gateway's log, filtered by what its lines are about.</summary>
internal static class LogCommands
{
    private static readonly Option<string?> From = new("--file")
    {
        Description = "The log, or - for standard input. Default: gateway.log in --data.",
        HelpName = "file",
    };

    private static readonly Option<string?> Method = Filter("--method", "Only calls of a method, by a part of its name.", "name");

    private static readonly Option<string?> Caller = Filter("--partner", "Only calls by a partner, or by an operator.", "id");

    private static readonly Option<string?> Reason = Filter("--reason", "Only calls refused for a reason, or with a status.", "name");

    private static readonly Option<string?> CallId = Filter("--request-id", "Only the call with the id that its error told.", "id");

    private static readonly Option<LogLevel> Level = new("--level") { Description = "Only lines at least as grave." };

    private static readonly Option<string?> Since = new("--since")
    {
        Description = "Only lines from then on: a time, or how long ago, such as 30s, 10m, 2h, 1d.",
        HelpName = "time",
    };

    private static readonly Option<int> Lines = new("--lines")
    {
        Description = "Most lines to show of what is there.",
        DefaultValueFactory = _ => 100,
        HelpName = "number",
    };

    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on as lines are written, until Ctrl-C." };

    public static Command Create() =>
        new Command("logs", "The gateway's log.").With(
            new Command("tail", "Show the last lines of the gateway's log, filtered.")
                .With(Method, Caller, Reason, CallId, Level, Since, Lines, Follow, DevOptions.Data, From)
                .Runs(TailAsync)
        );

    private static async Task<ExitCode> TailAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var since = context.Get(Since) is { } text ? Moment.Parse(text, context.Time.GetUtcNow()) : (DateTimeOffset?)null;
        using var log = Open(context);
        var last = new Queue<LogLine>();
        while (await log.ReadLineAsync(cancellationToken) is { } raw)
        {
            var line = LogLine.Parse(raw);
            if (!IsWanted(context, line, since))
            {
                continue;
            }

            last.Enqueue(line);
            if (last.Count > context.Get(Lines))
            {
                last.Dequeue();
            }
        }

        foreach (var line in last)
        {
            Show(context.Output, line);
        }

        if (context.Get(Follow))
        {
            await FollowAsync(context, log, since, cancellationToken);
        }

        return ExitCode.Ok;
    }

    private static LogReader Open(CommandContext context)
    {
        var path = context.Get(From) ?? Path.Combine(context.Get(DevOptions.Data), "gateway.log");
        return path == "-" ? new LogReader(Console.In)
            : File.Exists(path) ? new LogReader(path)
            : throw new UsageException($"There is no log {path}; name it with --file, or the data directory of `sesame dev` with --data.");
    }

    private static async Task FollowAsync(CommandContext context, LogReader log, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (LogLine.Parse(await log.NextLineAsync(context.Time, cancellationToken)) is var line && IsWanted(context, line, since))
                {
                    Show(context.Output, line);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how it is left.
        }
    }

    private static bool IsWanted(CommandContext context, LogLine line, DateTimeOffset? since) =>
        line.Level >= context.Get(Level)
        && (since is null || line.Time >= since)
        && (context.Get(Method) is not { } method || line.Value("Method")?.Contains(method, StringComparison.OrdinalIgnoreCase) == true)
        && Is(context.Get(Caller), line.Value("Caller"))
        && (Is(context.Get(Reason), line.Value("Reason")) || Is(context.Get(Reason), line.Value("Status")))
        && Is(context.Get(CallId), line.Value("CallId"));

    private static bool Is(string? wanted, string? value) =>
        wanted is null || string.Equals(wanted, value, StringComparison.OrdinalIgnoreCase);

    private static void Show(CliOutput output, LogLine line)
    {
        if (output.Json)
        {
            if (line.Fields is not null)
            {
                output.WriteJson(line.Fields);
            }

            return;
        }

        var colour = line.Level switch
        {
            >= LogLevel.Error => "red",
            LogLevel.Warning => "yellow",
            _ => "grey",
        };
        output.Console.MarkupInterpolated($"[grey]{line.Time:yyyy-MM-dd HH:mm:ss.fff}[/] ");
        output.Console.Markup($"[{colour}]{line.Level, -11}[/] ");
        output.Out.WriteLine(line.Message);
        if (line.Exception is { } exception)
        {
            output.Out.WriteLine("    " + exception.ReplaceLineEndings(Environment.NewLine + "    "));
        }

        output.Out.Flush();
    }

    private static Option<string?> Filter(string name, string description, string value) =>
        new(name) { Description = description, HelpName = value };
}
