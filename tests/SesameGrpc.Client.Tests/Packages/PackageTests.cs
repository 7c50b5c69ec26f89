using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Client.Tests.Packages;

/// <summary>The packages as a partner gets them: packed into a folder, restored from it by a program outside of this repository, and run.</summary>
public sealed class PackageTests : IDisposable
{
    private const string Program = """
        using SesameGrpc.Client;
        using SesameGrpc.Contracts.Operator.V1;
        using SesameGrpc.Contracts.Partner.V1;
        using SesameGrpc.Testing;

        await using var gateway = await SesameTestGateway.StartAsync();
        await gateway.OnboardAsync("my-bikes", PartnerKind.Sharing, "bike.deposit_free");
        await gateway.AddPersonAsync("somebody", 700);
        using var client = gateway.CreateClient("my-bikes");
        var check = await client.Eligibility.CheckEligibilityAsync(
            new CheckEligibilityRequest { Subject = "somebody", Programme = "bike.deposit_free" }
        );
        Console.WriteLine($"{check.Decision}");
        """;

    private readonly string folder = TestEnvironment.NewDirectory("packages");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Packages_InAProgramOfAPartner_MakeItsFirstCall()
    {
        // A version of its own: a package of the same version would be taken from an earlier run.
        var version = $"0.1.0-test.{Environment.ProcessId}.{Environment.TickCount64}";
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        await DotnetAsync(
            TestEnvironment.RepositoryRoot,
            "pack",
            "eng/Packages.slnf",
            "--no-build",
            "--configuration",
            configuration,
            $"-p:Version={version}",
            $"-p:PackageOutputPath={folder}"
        );
        await WriteProgramAsync(version);
        var output = await DotnetAsync(folder, "run", "--project", folder);

        Assert.Equal("Eligible", output.Trim().Split('\n')[^1]);
    }

    // The packages come from the folder; what they rest on has been restored for this repository already, so nothing is downloaded.
    private async Task WriteProgramAsync(string version)
    {
        var restored = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } chosen
            ? chosen
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), Program, Cancellation);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "nuget.config"),
            $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{folder}/restored" /></config>
              <packageSources><clear /><add key="packed" value="{folder}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="restored before" value="{restored}" /></fallbackPackageFolders>
            </configuration>
            """,
            Cancellation
        );
        await File.WriteAllTextAsync(
            Path.Combine(folder, "Partner.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <EnableDefaultCompileItems>false</EnableDefaultCompileItems>
              </PropertyGroup>
              <ItemGroup>
                <FrameworkReference Include="Microsoft.AspNetCore.App" />
                <Compile Include="Program.cs" />
                <PackageReference Include="SesameGrpc.Client" Version="{version}" />
                <PackageReference Include="SesameGrpc.Testing" Version="{version}" />
              </ItemGroup>
            </Project>
            """,
            Cancellation
        );
    }

    private static Task<string> DotnetAsync(string directory, params string[] arguments) =>
        TestEnvironment.RunAsync(
            "dotnet",
            arguments,
            directory,
            new Dictionary<string, string> { ["DOTNET_NOLOGO"] = "1", ["MSBUILDDISABLENODEREUSE"] = "1" }
        );
}
