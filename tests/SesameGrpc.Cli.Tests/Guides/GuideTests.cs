using System.Diagnostics;
using System.Text;
using SesameGrpc.Cli.Hosting;
using SesameGrpc.Cli.Tests.Wire;
using Xunit;

namespace SesameGrpc.Cli.Tests.Guides;

/// <summary>What the guides tell to type works against a sandbox as `sesame dev` starts it, in every language.</summary>
public sealed class GuideTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    private static string Folder => Path.Combine(GatewayBinary.RepositoryRoot(), "docs", "guides");

    /// <summary>The guides that the others are translations of.</summary>
    public static TheoryData<string> Guides => [.. Names().Where(name => name.Count(character => character == '.') == 1)];

    public static TheoryData<string> Translations => [.. Names().Where(name => name.Count(character => character == '.') == 2)];

    [Theory]
    [MemberData(nameof(Guides))]
    public async Task Commands_OfAGuide_EndAsItSays(string guide)
    {
        var commands = GuideCommand.Of(Read(guide));

        Assert.NotEmpty(commands);
        Assert.Equal("", await RunAsync(commands));
    }

    [Theory]
    [MemberData(nameof(Translations))]
    public void Translation_OfAGuide_HasItsCommands(string translation)
    {
        var original = translation[..translation.IndexOf('.')] + ".md";

        Assert.Equal(
            GuideCommand.Of(Read(original)).Select(command => command.Text),
            GuideCommand.Of(Read(translation)).Select(command => command.Text)
        );
    }

    [Fact]
    public async Task Commands_ThatEndOtherwise_AreNamedWithTheirLine()
    {
        const string Guide = """
            ```sh
            ./sesame dev
            ID=$(./sesame token --no-such-option)    # exit 2
            ./sesame eligibility check test-649 bike.deposit_free
            ```
            """;

        Assert.Equal("line 4 ended with 3 instead of 0\n", await RunAsync(GuideCommand.Of(Guide)));
    }

    [Fact]
    public void Commands_OfAText_AreThoseOfShellBlocksThatCallTheCommandLine() =>
        Assert.Equal(
            [new(5, "./sesame score get a   # exit 3", 3), new(6, "./sesame score get b", 0), new(9, "X=\"$(./sesame token)\"", 0)],
            GuideCommand.Of(
                """
                ./sesame not in a block
                ```sh
                ./sesame dev
                dotnet run
                ./sesame score get a   # exit 3
                ./sesame score \
                    get b
                # ./sesame
                X="$(./sesame token)"
                ```
                ```text
                ./sesame not in a shell
                ```
                """
            )
        );

    /// <summary>Runs them in one shell, so that variables last; the first that ends otherwise than it should, with what it wrote on standard error.</summary>
    private async Task<string> RunAsync(IReadOnlyList<GuideCommand> commands)
    {
        using var folder = new TemporaryFolder();
        folder.File("sesame", $"#!/bin/sh\nexec dotnet '{DevSandbox.CommandLine()}' \"$@\"\n");
        var script = new StringBuilder("chmod +x sesame\n");
        foreach (var command in commands)
        {
            script.Append($"{command.Text}\ncode=$?\n");
            script.Append(
                $"[ $code = {command.ExitCode} ] || {{ echo \"line {command.Line} ended with $code instead of {command.ExitCode}\" >&3; exit; }}\n"
            );
        }

        var start = new ProcessStartInfo("sh", ["-c", "exec 3>&1 >/dev/null\n. ./guide.sh"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder.Path,
        };
        folder.File("guide.sh", script.ToString());
        foreach (var (name, value) in sandbox.Variables)
        {
            start.Environment[name] = value;
        }

        using var shell = Process.Start(start)!;
        var verdict = shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine(errors);
        return await verdict;
    }

    private static IEnumerable<string> Names() =>
        Directory.GetFiles(Folder, "*.md").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));
}
