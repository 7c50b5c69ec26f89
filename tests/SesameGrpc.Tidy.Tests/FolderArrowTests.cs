using SesameGrpc.Tidy.Tests.Rules;
using Xunit;

namespace SesameGrpc.Tidy.Tests;

public sealed class FolderArrowTests
{
    private static readonly Arrow[] Drawn = [new("Waivers", "Ledger", 3), new("*", "Diagnostics", 4)];

    private static readonly TextFile[] Folders =
    [
        Sample("Ledger", "Entry", ""),
        Sample("Diagnostics", "Meters", ""),
        Sample("Waivers", "Grant", "using SesameGrpc.Gateway.Ledger;\nusing SesameGrpc.Gateway.Diagnostics;"),
    ];

    private static IReadOnlyList<TextFile> Gateway => Repository.CSharpUnder(FolderUse.GatewayFolder);

    private static TextFile? Drawing => Repository.Find(ArrowDrawing.Path);

    [Fact]
    public void Drawing_InArchitecture_IsReadable() => Verdict.Clean(ArrowDrawing.Read(Drawing).Findings);

    [Fact]
    public void Folders_InGateway_SeeEachOtherOnlyAlongArrows() =>
        Verdict.Clean(FolderArrowRules.CheckUses(Gateway, ArrowDrawing.Read(Drawing).Arrows));

    [Fact]
    public void Folders_InGateway_FormNoCircle() =>
        Verdict.Clean(FolderArrowRules.CheckCircles(Gateway, ArrowDrawing.Read(Drawing).Arrows));

    [Fact]
    public void Usings_InGateway_HideNoArrow() => Verdict.Clean(FolderArrowRules.CheckGlobalUsings(Repository.Texts));

    [Fact]
    public void Namespaces_InSource_AreTheFolders() => Verdict.Clean(FolderArrowRules.CheckNamespaces(Repository.CSharpUnder("src/")));

    [Fact]
    public void Drawing_WithoutBlock_IsCaught()
    {
        Verdict.Caught(ArrowDrawing.Read(null).Findings, 0, "docs/ARCHITECTURE.md has no arrows block");
        Verdict.Caught(ArrowDrawing.Read(Markdown("```\nA -> B\n```")).Findings, 0, "docs/ARCHITECTURE.md has no arrows block");
    }

    [Fact]
    public void Drawing_WithBlock_GivesEachArrow()
    {
        var (arrows, findings) = ArrowDrawing.Read(Markdown("# Map\n```arrows\n# who -> whom\nA -> B, C  # why\n\n* -> D\n```\nE -> F"));
        Verdict.Clean(findings);
        Assert.Equal([new Arrow("A", "B", 4), new Arrow("A", "C", 4), new Arrow("*", "D", 6)], arrows);
    }

    [Fact]
    public void Drawing_WithOtherLine_IsCaught() =>
        Verdict.Caught(ArrowDrawing.Read(Markdown("```arrows\nA uses B\n```")).Findings, 2, "no arrow");

    [Fact]
    public void Uses_AlongArrows_Pass() => Verdict.Clean(FolderArrowRules.CheckUses(Folders, Drawn));

    [Theory]
    [InlineData("using SesameGrpc.Gateway.Waivers;", 1)]
    [InlineData("using static SesameGrpc.Gateway.Waivers.Grant;", 1)]
    [InlineData("using Alias = SesameGrpc.Gateway.Waivers.Grant;", 1)]
    public void Uses_ByUsingAgainstArrows_AreCaught(string directive, int line) =>
        Verdict.Caught(FolderArrowRules.CheckUses([.. Folders, Sample("Ledger", "Book", directive)], Drawn), line, "Ledger uses Waivers");

    [Theory]
    [InlineData("SesameGrpc.Gateway.Waivers.Grant _field = null;")]
    [InlineData("Waivers.Grant _field = null;")]
    [InlineData("object _field = Waivers.Grant.Of();")]
    public void Uses_ByWrittenOutNameAgainstArrows_AreCaught(string member)
    {
        var file = new TextFile(
            "src/SesameGrpc.Gateway/Ledger/Book.cs",
            $"namespace SesameGrpc.Gateway.Ledger;\nclass Book {{ {member} }}"
        );
        Verdict.Caught(FolderArrowRules.CheckUses([.. Folders, file], Drawn), 2, "Ledger uses Waivers");
    }

    [Fact]
    public void Arrow_ThatNobodyFollows_IsCaught() =>
        Verdict.Caught(FolderArrowRules.CheckUses(Folders, [.. Drawn, new Arrow("Ledger", "Diagnostics", 5)]), 5, "no file follows");

    [Fact]
    public void Arrow_ToNoFolder_IsCaught() =>
        Verdict.Caught(FolderArrowRules.CheckUses(Folders, [.. Drawn, new Arrow("Ledger", "Badges", 5)]), 5, "Badges, which is no folder");

    [Fact]
    public void Arrows_InACircle_AreCaughtOnce()
    {
        Arrow[] arrows = [new("A", "B", 1), new("B", "C", 2), new("C", "A", 3), new("C", "B", 4), new("C", "D", 5), new("X", "A", 6)];
        var circle =
            "circle: A -> B (docs/ARCHITECTURE.md:1), B -> C (docs/ARCHITECTURE.md:2), C -> A (docs/ARCHITECTURE.md:3), C -> B (docs/ARCHITECTURE.md:4).";
        Verdict.Caught(FolderArrowRules.CheckCircles([], arrows), 0, circle);
    }

    [Fact]
    public void Arrows_InTwoCircles_AreCaughtEach()
    {
        Arrow[] arrows = [new("A", "B", 1), new("B", "A", 2), new("B", "C", 3), new("C", "D", 4), new("D", "C", 5)];
        Assert.Equal(2, FolderArrowRules.CheckCircles([], arrows).Count());
    }

    [Fact]
    public void Uses_ThatCloseACircle_AreCaught() =>
        Verdict.Caught(
            FolderArrowRules.CheckCircles([.. Folders, Sample("Ledger", "Book", "using SesameGrpc.Gateway.Waivers;")], []),
            0,
            "Ledger -> Waivers (src/SesameGrpc.Gateway/Ledger/Book.cs:1), Waivers -> Ledger (src/SesameGrpc.Gateway/Waivers/Grant.cs:1)"
        );

    [Fact]
    public void Uses_WithoutACircle_Pass() => Verdict.Clean(FolderArrowRules.CheckCircles(Folders, Drawn));

    [Fact]
    public void GlobalUsing_OfAFolder_IsCaught()
    {
        Verdict.Caught(
            FolderArrowRules.CheckGlobalUsings([Sample("Ledger", "Book", "global using SesameGrpc.Gateway.Waivers;")]),
            1,
            "global using"
        );
        var project = new TextFile(
            "src/SesameGrpc.Gateway/SesameGrpc.Gateway.csproj",
            "<Project>\n<Using Include=\"SesameGrpc.Gateway.Ledger\" />"
        );
        Verdict.Caught(FolderArrowRules.CheckGlobalUsings([project]), 2, "project-wide using");
    }

    [Fact]
    public void Namespace_OtherThanFolder_IsCaught()
    {
        var file = new TextFile("src/SesameGrpc.Gateway/Ledger/Book.cs", "\nnamespace SesameGrpc.Gateway.Accounts;\nclass Book;");
        Verdict.Caught(FolderArrowRules.CheckNamespaces([file]), 2, "declare namespace SesameGrpc.Gateway.Ledger");
    }

    [Fact]
    public void Type_OutsideOfNamespaces_IsCaught() =>
        Verdict.Caught(
            FolderArrowRules.CheckNamespaces([new TextFile("src/SesameGrpc.Cli/Words.cs", "class Words;")]),
            1,
            "outside of any namespace"
        );

    private static TextFile Sample(string folder, string type, string usings) =>
        new($"src/SesameGrpc.Gateway/{folder}/{type}.cs", $"{usings}\nnamespace SesameGrpc.Gateway.{folder};\nclass {type};");

    private static TextFile Markdown(string text) => new(ArrowDrawing.Path, text);
}
