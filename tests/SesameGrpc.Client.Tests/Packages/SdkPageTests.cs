using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Client.Tests.Packages;

/// <summary>The C# of docs/sdk.md, each piece compiled against the libraries.</summary>
public sealed partial class SdkPageTests
{
    private const string Around = """
        using System;
        using System.IO;
        using System.Threading;
        using System.Threading.Tasks;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Hosting;
        using OpenTelemetry.Metrics;
        using OpenTelemetry.Trace;
        using SesameGrpc.Client;
        using SesameGrpc.Contracts.Operator.V1;
        using SesameGrpc.Contracts.Partner.V1;
        using SesameGrpc.Testing;

        internal static class Piece
        {
            internal static async Task RunAsync(PARAMETERS)
            {
                await Task.Yield();
        PIECE
            }
        }
        """;

    public static TheoryData<string> Pieces => [.. Blocks().Matches(Page).Select(match => match.Groups["code"].Value)];

    private static string Page { get; } = File.ReadAllText(Path.Combine(TestEnvironment.RepositoryRoot, "docs/sdk.md"));

    [Theory]
    [MemberData(nameof(Pieces))]
    public void Piece_OfThePage_Compiles(string piece)
    {
        var parameters = piece.Contains("using var client =", StringComparison.Ordinal)
            ? ""
            : "SesameClient client, HostApplicationBuilder builder, CancellationToken cancellationToken";
        var program = Around.Replace("PARAMETERS", parameters, StringComparison.Ordinal).Replace("PIECE", piece, StringComparison.Ordinal);
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "piece",
            [CSharpSyntaxTree.ParseText(program)],
            references.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable)
            // Two libraries were built against different versions of protobuf.
            .WithSpecificDiagnosticOptions([new("CS1701", ReportDiagnostic.Suppress)])
        );

        Assert.Empty(
            compilation.GetDiagnostics().Where(finding => finding.Severity >= DiagnosticSeverity.Warning && finding.Id != "CS8019")
        );
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blocks();
}
