using System.Diagnostics;
using SesameGrpc.Cli.Tests.Wire;
using Xunit;

namespace SesameGrpc.Cli.Tests.Shell;

/// <summary>In a real bash, with the script that the command prints.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("sesame elig", "eligibility")]
    [InlineData("sesame waiver gr", "grant")]
    [InlineData("sesame score get --part", "--partner")]
    [InlineData("sesame --json logs tail --level warn", "Warning")]
    [InlineData("sesame completion f", "fish")]
    [InlineData("sesame call GrantDep", "GrantDepositWaiver")]
    [InlineData("sesame no-such-command x", "")]
    public async Task Bash_WithTheScript_Completes(string typed, string expected)
    {
        using var folder = new TemporaryFolder();
        var script = (await CliRun.RunAsync(TestContext.Current.CancellationToken, "completion", "bash")).Out;
        folder.File("completion.bash", script);
        folder.File(
            "try.bash",
            $$"""
            sesame() { dotnet "{{DevSandbox.CommandLine()}}" "$@"; }
            source "{{folder.Path}}/completion.bash"
            COMP_LINE="$1" COMP_POINT=${#1} COMP_WORDS=($1)
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _sesame
            printf '%s\n' "${COMPREPLY[@]}"
            """
        );

        using var bash = Process.Start(
            new ProcessStartInfo("bash", [Path.Combine(folder.Path, "try.bash"), typed])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var completed = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(expected, completed.Trim());
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _sesame sesame")]
    [InlineData("zsh", "compdef _sesame sesame")]
    [InlineData("fish", "complete -c sesame")]
    public async Task Completion_OfEachShell_IsItsScript(string shell, string line) =>
        Assert.Contains(
            line,
            (await CliRun.RunAsync(TestContext.Current.CancellationToken, "completion", shell)).Out,
            StringComparison.Ordinal
        );
}
