using SesameGrpc.Tidy.Tests.Rules;
using Xunit;

namespace SesameGrpc.Tidy.Tests;

public sealed class ProjectArrowTests
{
    [Fact]
    public void Projects_InSource_ReferenceOnlyAlongArrows() => Verdict.Clean(ProjectArrowRules.Check(Repository.Texts));

    [Theory]
    [InlineData(
        "SesameGrpc.Client",
        "<ProjectReference Include=\"../SesameGrpc.Gateway/SesameGrpc.Gateway.csproj\" />",
        "references SesameGrpc.Gateway"
    )]
    [InlineData(
        "SesameGrpc.Contracts",
        "<ProjectReference Include=\"..\\SesameGrpc.Client\\SesameGrpc.Client.csproj\" />",
        "allowed: none"
    )]
    [InlineData(
        "SesameGrpc.Cli",
        "<ProjectReference Include=\"../SesameGrpc.Gateway/SesameGrpc.Gateway.csproj\" />",
        "ReferenceOutputAssembly"
    )]
    [InlineData(
        "SesameGrpc.Gateway",
        "<ProjectReference Include=\"../../tests/Fakes/Fakes.csproj\" ReferenceOutputAssembly=\"false\" />",
        "references Fakes"
    )]
    public void Project_ReferenceAgainstTheArrows_IsCaught(string project, string reference, string fragment) =>
        Verdict.Caught(ProjectArrowRules.Check([Sample(project, reference)]), 2, fragment);

    [Fact]
    public void Project_NotOnTheMap_IsCaught() => Verdict.Caught(ProjectArrowRules.Check([Sample("SesameGrpc.Domain", "")]), 1, "no place");

    [Theory]
    [InlineData(
        "SesameGrpc.Cli",
        "<ProjectReference Include=\"../SesameGrpc.Gateway/SesameGrpc.Gateway.csproj\" ReferenceOutputAssembly=\"false\" />"
    )]
    [InlineData("SesameGrpc.Client", "<ProjectReference Include=\"../SesameGrpc.Contracts/SesameGrpc.Contracts.csproj\" />")]
    public void Project_ReferenceAlongTheArrows_Passes(string project, string reference) =>
        Verdict.Clean(ProjectArrowRules.Check([Sample(project, reference)]));

    private static TextFile Sample(string project, string reference) =>
        new($"src/{project}/{project}.csproj", $"<Project><ItemGroup>\n{reference}\n</ItemGroup></Project>");
}
