using SesameGrpc.Tidy.Tests.Rules;
using Xunit;

namespace SesameGrpc.Tidy.Tests;

public sealed class DocumentTests
{
    private static readonly TextFile Source = new(
        "src/SesameGrpc.Gateway/Ledger/LedgerStore.cs",
        "namespace N;\nclass LedgerStore { void OpenHold() {} int _x; }"
    );

    [Fact]
    public void Links_InMarkdown_LeadSomewhere() => Verdict.Clean(LinkRules.Check(Repository.Texts, Repository.Paths));

    [Fact]
    public void CodeNames_InArchitecture_AreDeclared() =>
        Verdict.Clean(
            CodeNameRules.Check(
                Repository.Find(ArrowDrawing.Path),
                Repository.CSharpUnder("src/"),
                ProtoSet.Repository.Value.Elements.Select(element => element.Name)
            )
        );

    [Fact]
    public void Blocks_InMarkdown_AreRunOrSayWhatTheyAre() =>
        Verdict.Clean(FenceRules.Check(Repository.Texts, [.. Repository.CSharpUnder("tests/").Where(file => !IsTidy(file))]));

    [Theory]
    [InlineData("docs/page.md", "```\na\n```", "does not say what it is")]
    [InlineData("docs/page.md", "```python\na\n```", "no test runs the block of python")]
    [InlineData("CONTRIBUTING.md", "```sh\na\n```", "no test runs the block of sh")]
    public void Block_ThatNothingRuns_IsCaught(string path, string text, string fragment) =>
        Verdict.Caught(FenceRules.Check([new TextFile(path, "# The page\n" + text)], []), 2, fragment);

    [Theory]
    [InlineData("docs/page.md", "```sh\na\n```\n\n```text\nb\n```")]
    [InlineData("CONTRIBUTING.md", "```sh by-hand\na\n```")]
    [InlineData("docs/webhooks.md", "```python\na\n```")]
    public void Block_ThatIsRunOrShown_Passes(string path, string text) =>
        Verdict.Clean(FenceRules.Check([new TextFile(path, text)], [new TextFile("tests/A.cs", "Read(\"webhooks.md\");")]));

    [Theory]
    [InlineData("[a](missing.md)", "missing.md leads nowhere")]
    [InlineData("![a](../pictures/none.svg \"title\")", "none.svg leads nowhere")]
    [InlineData("[a]: missing.md", "missing.md leads nowhere")]
    [InlineData("[a](errors.md#no-such)", "docs/errors.md has no heading for #no-such")]
    [InlineData("[a](#no-such)", "docs/page.md has no heading for #no-such")]
    public void Link_ThatLeadsNowhere_IsCaught(string text, string fragment) => Verdict.Caught(CheckLinks(text), 2, fragment);

    [Theory]
    [InlineData("[a](errors.md) [b](errors.md#token_missing) [c](../src) [d](#the-page) [e](../README.md)")]
    [InlineData("[a](https://example.com/x.md) [b](mailto:x) `[c](none.md)`")]
    [InlineData("```\n[a](none.md)\n```")]
    public void Link_ThatLeadsSomewhere_Passes(string text) => Verdict.Clean(CheckLinks(text));

    [Theory]
    [InlineData("`GoneStore`", "GoneStore")]
    [InlineData("`GoneStore<T>`", "GoneStore")]
    [InlineData("`LedgerStore.Vanish()`", "LedgerStore.Vanish")]
    [InlineData("`GoneStore.cs`", "is no file in src")]
    [InlineData("`SesameGrpc.Gateway.Badges`", "SesameGrpc.Gateway.Badges")]
    public void CodeName_ThatIsGone_IsCaught(string text, string fragment) => Verdict.Caught(CheckNames(text), 2, fragment);

    [Theory]
    [InlineData("`LedgerStore` `LedgerStore.OpenHold()` `OpenHold` `LedgerStore.cs` `SesameGrpc.Gateway` `SesameGrpc.Gateway.Ledger`")]
    [InlineData("`TimeProvider` `GetCreditScore` `Ledger` `score.read` `./sesame demo` `ES256` `x5t#S256` GoneStore")]
    public void CodeName_ThatIsThere_Passes(string text) => Verdict.Clean(CheckNames(text));

    private static bool IsTidy(TextFile file) => file.Path.StartsWith("tests/SesameGrpc.Tidy.Tests/", StringComparison.Ordinal);

    private static IEnumerable<Finding> CheckLinks(string text) =>
        LinkRules.Check(
            [new TextFile("docs/page.md", "# The page\n" + text), new TextFile("docs/errors.md", "## TOKEN_MISSING\n")],
            ["README.md", "docs/page.md", "docs/errors.md", "src/SesameGrpc.Cli/Program.cs"]
        );

    private static IEnumerable<Finding> CheckNames(string text) =>
        CodeNameRules.Check(new TextFile(ArrowDrawing.Path, "# The page\n" + text), [Source], ["GetCreditScore"]);
}
