using System.CommandLine;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.Doctor;

/// <summary>`sesame doctor`: why a partner's calls do not work, and what to do about it.</summary>
internal static class DoctorCommand
{
    private static readonly Option<string?> Token = new("--token")
    {
        Description = "Look at this access token instead of requesting one.",
        HelpName = "token",
    };

    public static Command Create() =>
        new Command("doctor", "Find out why a partner's calls do not work, and what to do. Exit code 1 when something is wrong.")
            .With(Token)
            .ForPartner()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var setup = new PartnerSetup(context.PartnerOptions([]), context.Get(Token), context.Time);
        var isWell = await Examination.RunAsync(setup, (check, finding) => Tell(context.Output, check, finding), cancellationToken);
        if (!context.Output.Json)
        {
            await context.Output.Out.WriteLineAsync(
                isWell ? "All is well." : "Mend the first that is wrong, then run `sesame doctor` again."
            );
        }

        return isWell ? ExitCode.Ok : ExitCode.CallFailed;
    }

    private static void Tell(CliOutput output, Check check, Finding finding)
    {
        if (output.Json)
        {
            output.WriteJson(ToJson(check, finding));
        }
        else if (finding.Fix.Length == 0)
        {
            output.WriteCheck(finding.State, check.Name, finding.Message);
        }
        else
        {
            output.WriteCheck(finding.State, check.Name, finding.Message, "fix: " + finding.Fix, "see: " + check.Help);
        }
    }

    private static JsonObject ToJson(Check check, Finding finding) =>
        new()
        {
            ["check"] = check.Name,
            ["state"] = finding.State.ToString().ToLowerInvariant(),
            ["message"] = finding.Message,
            ["fix"] = finding.Fix.Length > 0 ? finding.Fix : null,
            ["help"] = finding.Fix.Length > 0 ? check.Help : null,
        };
}
