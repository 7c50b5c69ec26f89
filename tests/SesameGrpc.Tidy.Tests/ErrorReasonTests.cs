using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Tidy.Tests.Rules;
using Xunit;

namespace SesameGrpc.Tidy.Tests;

public sealed class ErrorReasonTests
{
    private const string Section = "## TOKEN_MISSING\n**Status** A.\n\n**Cause** B.\n\n**Fix**\n1. C.\n\n**See it** D.\n";
    private static readonly Reason[] Samples = [new("TOKEN_MISSING", "TokenMissing")];

    private static readonly Reason[] Reasons =
    [
        .. ErrorReasonReflection
            .Descriptor.EnumTypes[0]
            .Values.Where(value => value.Number != 0)
            .Select(value => new Reason(value.Name["ERROR_REASON_".Length..], ((ErrorReason)value.Number).ToString())),
    ];

    [Fact]
    public void Reasons_AreAllExplained() => Verdict.Clean(ErrorReasonRules.CheckPage(Repository.Find(ErrorReasonRules.PagePath), Reasons));

    [Fact]
    public void Reasons_AreAllGiven() =>
        Verdict.Clean(ErrorReasonRules.CheckGiven(Repository.CSharpUnder(FolderUse.GatewayFolder), Reasons));

    [Fact]
    public void Reasons_AreAllTested() => Verdict.Clean(ErrorReasonRules.CheckTested(Repository.Texts.Where(IsTest), Reasons));

    [Fact]
    public void Names_OfReasons_AreAsInTheContracts() =>
        Assert.Contains(new Reason("TOKEN_BINDING_MISMATCH", nameof(ErrorReason.TokenBindingMismatch)), Reasons);

    [Fact]
    public void Page_Whole_Passes() => Verdict.Clean(ErrorReasonRules.CheckPage(Page(Section), Samples));

    [Fact]
    public void Page_Missing_IsCaught() => Verdict.Caught(ErrorReasonRules.CheckPage(null, Samples), 0, "the error reference is missing");

    [Fact]
    public void Page_WithoutASection_IsCaught() =>
        Verdict.Caught(ErrorReasonRules.CheckPage(Page(""), Samples), 0, "TOKEN_MISSING has no section");

    [Theory]
    [InlineData("## TOKEN_LOST\n", 11, "TOKEN_LOST explains no ErrorReason")]
    [InlineData(Section, 11, "or one a second time")]
    public void Page_WithAForeignSection_IsCaught(string more, int line, string fragment) =>
        Verdict.Caught(ErrorReasonRules.CheckPage(Page(Section + more), Samples), line, fragment);

    [Theory]
    [InlineData("**Status** A.")]
    [InlineData("**Cause** B.")]
    [InlineData("**Fix**\n1. C.")]
    [InlineData("**See it** D.")]
    public void Section_WithoutAPart_IsCaught(string part) =>
        Verdict.Caught(
            ErrorReasonRules.CheckPage(Page(Section.Replace(part, "", StringComparison.Ordinal)), Samples),
            2,
            "lacks the part " + part.Split(' ', '\n')[0]
        );

    [Fact]
    public void Section_WithAnEmptyPart_IsCaught() =>
        Verdict.Caught(
            ErrorReasonRules.CheckPage(Page(Section.Replace("**Cause** B.", "**Cause**", StringComparison.Ordinal)), Samples),
            2,
            "lacks the part **Cause**"
        );

    [Theory]
    [InlineData("")]
    [InlineData("class A { int B() => Fail(ErrorReason.TokenMissingHere); }")]
    [InlineData("class Refuse { static int TokenMissing() => Fail(ErrorReason.TokenMissing); }")]
    [InlineData("// TOKEN_MISSING")]
    public void Reason_ThatNothingGives_IsCaught(string text) =>
        Verdict.Caught(
            ErrorReasonRules.CheckGiven([new TextFile("src/SesameGrpc.Gateway/A.cs", text)], Samples),
            0,
            "nothing gives ErrorReason.TokenMissing"
        );

    [Theory]
    [InlineData("class A { int B() => Fail(ErrorReason.TokenMissing); }")]
    [InlineData(
        "class Refuse { static int TokenMissing() => Fail(ErrorReason.TokenMissing); } class A { int B() => Refuse.TokenMissing(); }"
    )]
    [InlineData("class A { static int Make() => Fail(ErrorReason.TokenMissing); int B() => Make(); }")]
    public void Reason_ThatIsGiven_Passes(string text) =>
        Verdict.Clean(ErrorReasonRules.CheckGiven([new TextFile("src/SesameGrpc.Gateway/A.cs", text)], Samples));

    [Theory]
    [InlineData("ErrorReason.TokenExpired")]
    [InlineData("StatusCode.TOKEN_MISSING")]
    public void Reason_ThatNoTestNames_IsCaught(string text) =>
        Verdict.Caught(ErrorReasonRules.CheckTested([new TextFile("tests/A.cs", text)], Samples), 0, "no test names TOKEN_MISSING");

    [Theory]
    [InlineData("Expect(ErrorReason.TokenMissing);")]
    [InlineData("assert reason == 'TOKEN_MISSING'")]
    public void Reason_ThatIsNamed_Passes(string text) =>
        Verdict.Clean(ErrorReasonRules.CheckTested([new TextFile("tests/a.py", text)], Samples));

    private static TextFile Page(string text) => new(ErrorReasonRules.PagePath, "# Errors\n" + text);

    private static bool IsTest(TextFile file) =>
        file.Path.StartsWith("tests/", StringComparison.Ordinal)
        && !file.Path.StartsWith("tests/SesameGrpc.Tidy.Tests/", StringComparison.Ordinal)
        && !file.IsMarkdown;
}
