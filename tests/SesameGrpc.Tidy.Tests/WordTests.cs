using SesameGrpc.Tidy.Tests.Rules;
using Xunit;

namespace SesameGrpc.Tidy.Tests;

public sealed class WordTests
{
    [Fact]
    public void Code_InSource_IsFreeOfBannedWords() => Verdict.Clean(WordRules.CheckCode(Repository.CSharpUnder("src/")));

    [Fact]
    public void Comments_AreFreeOfNotesToOneself() => Verdict.Clean(WordRules.CheckNotes(Repository.Texts));

    [Theory]
    [InlineData("var now = DateTime.Now;", "DateTime.Now is banned")]
    [InlineData("var now = System.DateTime.Now;", "DateTime.Now is banned")]
    [InlineData("Thread.Sleep(1);", "Thread.Sleep is banned")]
    [InlineData("#region Fields\n#endregion", "#region hides code")]
    public void Code_WithABannedWord_IsCaught(string text, string fragment) =>
        Verdict.Caught(WordRules.CheckCode([new TextFile("src/Sample.cs", "\n" + text)]), 2, fragment);

    [Fact]
    public void Code_ThatOnlyMentionsABannedWord_Passes() =>
        Verdict.Clean(WordRules.CheckCode([new TextFile("src/Sample.cs", "// Not DateTime.Now.\nvar text = \"Thread.Sleep #region\";")]));

    [Theory]
    [InlineData("src/Sample.cs", "class A;\n// TODO: later")]
    [InlineData("src/Sample.cs", "/// <summary>\n/// FIXME</summary>\nclass A;")]
    [InlineData("protos/sample.proto", "message A {}\n// TODO later")]
    [InlineData("check.sh", "set -e\ntrue # HACK around it")]
    public void Comment_WithANote_IsCaught(string path, string text) =>
        Verdict.Caught(WordRules.CheckNotes([new TextFile(path, text)]), 2, "in a comment");

    [Fact]
    public void Text_ThatIsNoComment_Passes() =>
        Verdict.Clean(WordRules.CheckNotes([new TextFile("src/Sample.cs", "var text = \"TODO\"; // Todo list")]));
}
