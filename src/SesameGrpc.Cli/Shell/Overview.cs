using System.CommandLine;
using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.Shell;

/// <summary>Commands with the same users.</summary>
internal sealed record CommandGroup(string Users, params Command[] Commands);

/// <summary>What `sesame` alone prints: every command in a line, by who uses it.</summary>
internal static class Overview
{
    public static void Show(CliOutput output, IEnumerable<CommandGroup> groups)
    {
        output.Out.WriteLine("sesame: the credit-score gateway's command line.");
        foreach (var group in groups)
        {
            output.WriteHeading(group.Users);
            foreach (var command in group.Commands)
            {
                output.WriteTerm(command.Name, command.Description ?? "");
            }
        }

        output.Out.WriteLine();
        output.Out.WriteLine("Begin with `sesame demo`. Each command explains itself with --help; docs/cli.md has them all.");
    }
}
