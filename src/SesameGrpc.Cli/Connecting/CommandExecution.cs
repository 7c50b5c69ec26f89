using System.CommandLine;
using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.Connecting;

/// <summary>Runs a command's work and turns what goes wrong into a message and an exit code.</summary>
internal static class CommandExecution
{
    public static Command Runs(this Command command, Func<CommandContext, CancellationToken, Task<ExitCode>> work)
    {
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                var streams = arguments.InvocationConfiguration;
                var output = new CliOutput(arguments.GetValue(ConnectionOptions.Json), streams.Output, streams.Error);
                try
                {
                    return (int)await work(new CommandContext(arguments, output, TimeProvider.System), cancellationToken);
                }
                catch (Exception failure) when (ErrorReport.From(failure) is { } report)
                {
                    report.Write(output);
                    return (int)report.ExitCode;
                }
            }
        );
        return command;
    }
}
