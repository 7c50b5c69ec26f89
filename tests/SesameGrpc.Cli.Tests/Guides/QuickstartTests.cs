using System.Diagnostics;
using System.Text.RegularExpressions;
using SesameGrpc.Cli.Hosting;
using SesameGrpc.Cli.Tests.Wire;
using Xunit;

namespace SesameGrpc.Cli.Tests.Guides;

/// <summary>Each quickstart, word for word as its page tells to run it, against a sandbox as `sesame dev` starts it.</summary>
public sealed partial class QuickstartTests(DevSandbox sandbox) : IClassFixture<DevSandbox>
{
    // With the line of variables to paste: from a fresh sandbox to a secured call.
    private const int MostCommands = 3 - 1;
    private const int MostLines = 39;

    private static readonly string Root = GatewayBinary.RepositoryRoot();
    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "quickstarts.md"));

    public static TheoryData<string> Sections => [.. Section().Matches(Page).Select(match => match.Groups["title"].Value)];

    [Theory]
    [MemberData(nameof(Sections))]
    public async Task Quickstart_AsItsPageSays_PrintsWhatThePageShows(string section)
    {
        var text = TextOf(section);
        Require("npm", "node", "protoc", "java", "curl", "/usr/bin/python3");

        var (code, output, errors) = await RunAsync(string.Join('\n', GuideCommand.Of(text).Select(command => command.Text)));

        Assert.True(code == 0, errors);
        var shown = Shown()
            .Match(Page)
            .Groups["output"]
            .Value.Replace("https://localhost:7444", sandbox.PublicUrl, StringComparison.Ordinal);
        Assert.EndsWith(AsTheLanguageWrites(section, shown), output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public void Quickstart_IsShort(string section)
    {
        var text = TextOf(section);
        var source = Path.Combine(Root, "docs", Link().Match(text).Groups["path"].Value);

        Assert.InRange(GuideCommand.Of(text).Count, 1, MostCommands);
        Assert.InRange(File.ReadAllLines(source).Length, 1, MostLines);
    }

    // C# names the values of an enum by its own rule.
    private static string AsTheLanguageWrites(string section, string shown) =>
        section == "C#"
            ? shown
                .Replace("ELIGIBILITY_DECISION_ELIGIBLE", "Eligible", StringComparison.Ordinal)
                .Replace("ELIGIBILITY_DECISION_NOT_ELIGIBLE", "NotEligible", StringComparison.Ordinal)
                .Replace("DECISION_REASON_SCORE_TOO_LOW", "ScoreTooLow", StringComparison.Ordinal)
            : shown;

    private static string TextOf(string section) => Section().Matches(Page).Single(match => match.Groups["title"].Value == section).Value;

    private static void Require(params string[] programs)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")!.Split(':');
        var missing = programs.Where(program => !folders.Any(folder => File.Exists(Path.Combine(folder, program)))).ToList();
        if (missing.Count > 0 && Environment.GetEnvironmentVariable("CI") is "true" or "1")
        {
            Assert.Fail($"Not installed: {string.Join(", ", missing)}.");
        }

        Assert.SkipUnless(missing.Count == 0, $"Not installed: {string.Join(", ", missing)}.");
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", "set -e\n" + script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Root,
        };
        foreach (var (name, value) in sandbox.Variables)
        {
            start.Environment[name] = value;
        }

        // The build's servers would outlive the test.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        using var shell = Process.Start(start)!;
        var cancellation = TestContext.Current.CancellationToken;
        var output = shell.StandardOutput.ReadToEndAsync(cancellation);
        var errors = shell.StandardError.ReadToEndAsync(cancellation);
        await shell.WaitForExitAsync(cancellation);
        return (shell.ExitCode, await output, await errors);
    }

    /// <summary>A section that runs a program of samples/quickstarts.</summary>
    [GeneratedRegex(
        @"^## (?<title>[^\n]+)\n(?=(?:(?!^## ).)*samples/quickstarts)(?:(?!^## ).)*",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline | RegexOptions.Multiline,
        1000
    )]
    private static partial Regex Section();

    [GeneratedRegex(@"\]\((?<path>\.\./samples/quickstarts/[^)]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"```text\n(?<output>.*?)```", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Shown();
}
