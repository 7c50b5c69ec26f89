using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Hosting;
using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.Settings;

/// <summary>`sesame config check`: has the gateway itself look at its settings, without starting it.</summary>
internal static class ConfigCommands
{
    /// <summary>EX_CONFIG of sysexits: what the gateway ends with when a setting is wrong.</summary>
    private const int WrongSetting = 78;

    private static readonly Argument<string[]> Settings = new("SETTING")
    {
        Description =
            "A setting, such as Sesame:Mode=Sandbox; repeatable. It counts before the environment (Sesame__Mode) and appsettings.json.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> Data = new("--data")
    {
        Description = "The data directory, in short for Sesame:DataDirectory=DIR.",
        HelpName = "dir",
    };

    public static Command Create() =>
        new Command("config", "The gateway's settings.").With(
            new Command(
                "check",
                "Try settings, the files that they name, the store and Redis, without starting. Exit code 1 when a start would fail."
            )
                .With(Settings, Data)
                .Runs(CheckAsync)
        );

    private static async Task<ExitCode> CheckAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var settings = context.Get(Settings).ToList();
        if (settings.Find(setting => !setting.Contains('=', StringComparison.Ordinal)) is { } odd)
        {
            throw new UsageException($"{odd} is no setting; write it as Sesame:KEY=VALUE.");
        }

        if (context.Get(Data) is { } data)
        {
            settings.Add($"Sesame:DataDirectory={Path.GetFullPath(data)}");
        }

        using var gateway = Process.Start(
            new ProcessStartInfo(ServerProcess.DotnetHost(), [GatewayBinary.Find(), "--check", .. settings])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var complaints = gateway.StandardError.ReadToEndAsync(cancellationToken);
        while (await gateway.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            Show(context.Output, line);
        }

        await gateway.WaitForExitAsync(cancellationToken);
        return gateway.ExitCode switch
        {
            0 => ExitCode.Ok,
            WrongSetting => ExitCode.CallFailed,
            _ => throw new GatewayStartException($"The gateway could not look at its settings: {await complaints}"),
        };
    }

    private static void Show(CliOutput output, string line)
    {
        var found = JsonNode.Parse(line)!.AsObject();
        if (output.Json)
        {
            output.WriteJson(found);
            return;
        }

        var state = Enum.Parse<CheckState>((string)found["state"]!, ignoreCase: true);
        output.WriteCheck(state, (string)found["check"]!, (string)found["message"]!);
    }
}
