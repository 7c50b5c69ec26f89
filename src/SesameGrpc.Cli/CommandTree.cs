using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using SesameGrpc.Cli.Audit;
using SesameGrpc.Cli.Calls;
using SesameGrpc.Cli.Certificates;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Demo;
using SesameGrpc.Cli.Dev;
using SesameGrpc.Cli.Doctor;
using SesameGrpc.Cli.Events;
using SesameGrpc.Cli.Fulfilments;
using SesameGrpc.Cli.Keys;
using SesameGrpc.Cli.Ledger;
using SesameGrpc.Cli.Logs;
using SesameGrpc.Cli.Output;
using SesameGrpc.Cli.Partners;
using SesameGrpc.Cli.Persons;
using SesameGrpc.Cli.Programmes;
using SesameGrpc.Cli.RawCalls;
using SesameGrpc.Cli.Sandbox;
using SesameGrpc.Cli.Scores;
using SesameGrpc.Cli.Settings;
using SesameGrpc.Cli.Shell;
using SesameGrpc.Cli.Visits;
using SesameGrpc.Cli.Webhooks;

namespace SesameGrpc.Cli;

/// <summary>All commands, and the one way to run them.</summary>
internal static class CommandTree
{
    private const string Description = """
        The credit-score gateway's command line.

        Exit codes: 0 done; 1 the call failed (reason, advice and request id on stderr); 2 wrong usage;
        3 answered, but refused or partly left out (NOT_ELIGIBLE, NOT_GRANTED, NOT_ISSUED, rejected lines); 4 gateway not reachable;
        5 the audit log does not fit what was signed, the ledger does not fit its journal, or a decision does not come out as recorded.
        """;

    /// <summary>A text that begins with @ names a file for the command itself, never a file of arguments.</summary>
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>Longer than a gateway takes to drain, so that Ctrl-C never cuts it off.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(45);

    /// <summary>Made once: options that commands share remember each command that they were ever added to.</summary>
    private static readonly RootCommand Root = Create();

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var arguments = Root.Parse(args, Parsing);
        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            ProcessTerminationTimeout = StopTimeout,
        };
        if (arguments.Action is not ParseErrorAction usage)
        {
            return await arguments.InvokeAsync(invocation, cancellationToken);
        }

        // A page of help would push what is wrong out of sight.
        usage.ShowHelp = false;
        await arguments.InvokeAsync(invocation, cancellationToken);
        await error.WriteLineAsync($"Run `{Path(arguments.CommandResult)} --help` to see what there is.");
        return (int)ExitCode.Usage;
    }

    private static string Path(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{Path(parent)} {command.Command.Name}" : "sesame";

    private static RootCommand Create()
    {
        var root = new RootCommand(Description);
        root.Add(ConnectionOptions.Json);
        var groups = Groups();
        foreach (var command in groups.SelectMany(group => group.Commands))
        {
            root.Add(command);
        }

        // Without a command: what there is, by who uses it.
        root.Runs(
            (context, _) =>
            {
                Overview.Show(context.Output, groups);
                return Task.FromResult(ExitCode.Ok);
            }
        );
        return root;
    }

    private static CommandGroup[] Groups() =>
        [
            new("Try it", DevCommand.Create(), DemoCommand.Create(), SandboxCommands.Create(), TriggerCommand.Create()),
            new(
                "Partners",
                ScoreGetCommand.Create(),
                EligibilityCheckCommand.Create(),
                WaiverCommands.Create(),
                VisitCommands.Create(),
                BadgeCommands.Create(),
                FulfilmentCommands.Create(),
                EventCommands.Create(),
                WebhookCommands.Create(),
                CertCommands.Create()
            ),
            new(
                "Partners' developers",
                DoctorCommand.Create(),
                CallCommand.Create(),
                ListenCommand.Create(),
                TokenCommand.Create(),
                CompletionCommand.Create(),
                VersionCommand.Create()
            ),
            new(
                "Operators",
                PartnerCommands.Create(),
                CsrCommands.Create(),
                KeyCommands.Create(),
                PersonCommands.Create(),
                ConsentCommands.Create(),
                ScoresImportCommand.Create(),
                ProgrammeCommands.Create(),
                LedgerCommands.Create(),
                AuditCommands.Create(),
                ConfigCommands.Create(),
                LogCommands.Create()
            ),
        ];
}
