using SesameGrpc.Tidy.Tests.Rules;
using Xunit;

namespace SesameGrpc.Tidy.Tests;

public sealed class SizeTests
{
    [Fact]
    public void Files_InSource_AreShort() => Verdict.Clean(SizeRules.CheckFiles(Repository.CSharpUnder("src/")));

    [Fact]
    public void Methods_InSourceAndTests_AreShort() =>
        Verdict.Clean(SizeRules.CheckMethods([.. Repository.CSharpUnder("src/"), .. Repository.CSharpUnder("tests/")]));

    [Fact]
    public void Entrances_AreThereAndShort() => Verdict.Clean(SizeRules.CheckEntrances(Repository.Find));

    [Fact]
    public void File_AboveTheLimit_IsCaught()
    {
        Verdict.Clean(SizeRules.CheckFiles([.. Short(30), Lines("src/Edge.cs", 400)]));
        Verdict.Caught(SizeRules.CheckFiles([.. Short(30), Lines("src/God.cs", 401)]), 401, "src/God.cs:401: 401 lines, limit 400");
    }

    [Fact]
    public void Files_TooManyOfThemLong_AreCaught()
    {
        Verdict.Clean(SizeRules.CheckFiles([.. Short(19), Lines("src/First.cs", 300)]));
        Verdict.Caught(SizeRules.CheckFiles([.. Short(19), Lines("src/First.cs", 300), Lines("src/Second.cs", 201)]), 201, "src/Second.cs");
    }

    [Theory]
    [InlineData("void Run()\n{", "}", "Run has 71 lines")]
    [InlineData("[Fact]\n[Other]\npublic Sample()\n{", "}", "Sample has 71 lines")]
    [InlineData("void Short() { void Inner()\n{", "} }", "Inner has 71 lines")]
    [InlineData("int Value { get\n{", "return 0; } }", "get has 71 lines")]
    public void Method_AboveTheLimit_IsCaught(string head, string tail, string fragment)
    {
        var blank = new string('\n', 68);
        Verdict.Clean(SizeRules.CheckMethods([Sample(head + blank + tail)]));
        var findings = SizeRules.CheckMethods([Sample(head + blank + "\n" + tail)]).ToList();
        Assert.Contains(findings, finding => finding.ToString().Contains(fragment, StringComparison.Ordinal));
    }

    [Fact]
    public void Entrance_MissingOrLong_IsCaught()
    {
        Verdict.Caught(SizeRules.CheckEntrances(path => path == "README.md" ? null : Lines(path, 80)), 0, "README.md: the file is missing");
        Verdict.Caught(SizeRules.CheckEntrances(path => Lines(path, 81)), 81, "81 lines, limit 80");
    }

    private static TextFile Sample(string member) => new("src/Sample.cs", $"class Sample\n{{\n{member}\n}}\n");

    private static TextFile Lines(string path, int count) => new(path, string.Concat(Enumerable.Repeat("//\n", count)));

    private static IEnumerable<TextFile> Short(int count) => Enumerable.Range(0, count).Select(index => Lines($"src/Short{index}.cs", 60));
}
