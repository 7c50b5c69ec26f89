using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.Shell;

/// <summary>`sesame version`: what to quote in a question.</summary>
internal static class VersionCommand
{
    public static Command Create() =>
        new Command("version", "Print the version of this program, its runtime and its machine.").Runs(
            async (context, _) =>
            {
                var version = typeof(VersionCommand)
                    .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                    .InformationalVersion;
                var (runtime, machine) = (RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription);
                if (context.Output.Json)
                {
                    context.Output.WriteJson(
                        new JsonObject
                        {
                            ["version"] = version,
                            ["runtime"] = runtime,
                            ["machine"] = machine,
                        }
                    );
                }
                else
                {
                    await context.Output.Out.WriteLineAsync($"sesame {version}, {runtime}, {machine}");
                }

                return ExitCode.Ok;
            }
        );
}
