using SesameGrpc.Tidy.Tests.Rules;
using Xunit;

namespace SesameGrpc.Tidy.Tests;

public sealed class NameTests
{
    private static readonly Dictionary<string, string> NoExceptions = [];

    private static IReadOnlyList<TextFile> Source => Repository.CSharpUnder("src/");

    [Fact]
    public void Names_OfTypesAndFiles_SayTheirRole() =>
        Verdict.Clean(NameRules.CheckNames([.. Repository.Texts.Where(IsCode)], NameRules.NameExceptions));

    [Fact]
    public void Interfaces_InSource_HaveTwoImplementations() =>
        Verdict.Clean(NameRules.CheckInterfaces(Source, NameRules.InterfaceExceptions));

    [Fact]
    public void Exceptions_FromTheNameRules_AreInUse() =>
        Verdict.Clean(NameRules.CheckExceptions(Source, [.. NameRules.NameExceptions.Keys, .. NameRules.InterfaceExceptions.Keys]));

    [Theory]
    [InlineData("src/Sample.cs", "class ScoreHelper;", "ScoreHelper has the word Helper")]
    [InlineData("src/Sample.cs", "\nabstract record StoreBase;", "StoreBase has the word Base")]
    [InlineData("src/Sample.cs", "enum HTTPUtils;", "HTTPUtils has the word Utils")]
    [InlineData("src/Sample.cs", "delegate void CommonWork();", "CommonWork has the word Common")]
    [InlineData("src/TokenManager.cs", "", "TokenManager has the word Manager")]
    [InlineData("tests/Common/Sample.cs", "", "Common has the word Common")]
    [InlineData("eng/test-utils.sh", "", "test-utils has the word utils")]
    public void Name_WithAnEmptyWord_IsCaught(string path, string text, string fragment)
    {
        var finding = Assert.Single(NameRules.CheckNames([new TextFile(path, text)], NoExceptions));
        Assert.Contains(fragment, finding.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("class Database;")]
    [InlineData("class Base64UrlReader;")]
    [InlineData("class UtilizationMetrics;")]
    public void Name_ThatOnlyContainsTheLetters_Passes(string text) =>
        Verdict.Clean(NameRules.CheckNames([new TextFile("src/Sample.cs", text)], NoExceptions));

    [Fact]
    public void Name_WithAnException_Passes() =>
        Verdict.Clean(
            NameRules.CheckNames(
                [new TextFile("src/TokenManager.cs", "class TokenManager;")],
                new Dictionary<string, string>(StringComparer.Ordinal) { ["TokenManager"] = "sample" }
            )
        );

    [Theory]
    [InlineData("interface IStore;", 0)]
    [InlineData("interface IStore;\nclass SqliteStore : IStore;\nclass SqlStore : Other<IStore>;", 1)]
    [InlineData(
        "interface IStore<T>;\nclass SqliteStore : IStore<int>, IStore<long>;\ninterface IMore : IStore<int>;\nclass One : IMore;\nclass Two : IMore;",
        1
    )]
    public void Interface_WithOneImplementation_IsCaught(string text, int count) =>
        Verdict.Caught(
            NameRules.CheckInterfaces([new TextFile("src/Sample.cs", text)], NoExceptions),
            1,
            $"IStore has {count} implementation(s)"
        );

    [Fact]
    public void Interface_WithTwoImplementations_Passes()
    {
        var file = new TextFile(
            "src/Sample.cs",
            "interface IStore<T>;\nclass SqliteStore : IStore<int>;\nrecord PostgresStore(int A) : Storage.IStore<int>;"
        );
        Verdict.Clean(NameRules.CheckInterfaces([file], NoExceptions));
    }

    [Fact]
    public void Exception_ForATypeThatIsGone_IsCaught() =>
        Verdict.Caught(NameRules.CheckExceptions([], ["GoneManager"]), 0, "GoneManager names no type");

    private static bool IsCode(TextFile file) =>
        !file.IsMarkdown
        && new[] { "src/", "tests/", "benchmarks/", "samples/", "eng/", "protos/", "deploy/" }.Any(folder =>
            file.Path.StartsWith(folder, StringComparison.Ordinal)
        );
}
