using SesameGrpc.TestSupport;
using Xunit;

[assembly: AssemblyFixture(typeof(SesameGrpc.Functional.Tests.NodePackages))]

namespace SesameGrpc.Functional.Tests;

/// <summary>Installs the client programs' npm packages, exactly those of the lock file, when they are missing or older than it.</summary>
public sealed class NodePackages
{
    // What openid-client and undici need; Debian 12's own package is older.
    private static readonly Version OldestNode = new(20, 18, 1);

    private readonly Lazy<Task> installed = new(InstallAsync);

    /// <summary>A program of an npm package, by its name in node_modules/.bin.</summary>
    public static string Program(string name) => Path.Combine(ForeignProgram.Folder, "node_modules", ".bin", name);

    /// <summary>Skips the test where node or npm is missing or too old; fails it in CI.</summary>
    public async Task RequireAsync()
    {
        var node = TestEnvironment.FindProgram("node");
        var version = node is null ? null : await TestEnvironment.RunAsync(node, ["--version"]);
        Stores.Require(version is not null && Version.Parse(version.Trim().TrimStart('v')) >= OldestNode, $"nodejs {OldestNode} or newer");
        Stores.Require(TestEnvironment.FindProgram("npm") is not null, "npm");
        await installed.Value;
    }

    private static async Task InstallAsync()
    {
        // npm writes this file last.
        var done = new FileInfo(Path.Combine(ForeignProgram.Folder, "node_modules", ".package-lock.json"));
        var wanted = new FileInfo(Path.Combine(ForeignProgram.Folder, "package-lock.json"));
        if (!done.Exists || done.LastWriteTimeUtc < wanted.LastWriteTimeUtc)
        {
            await TestEnvironment.RunAsync(TestEnvironment.FindProgram("npm")!, ["ci", "--no-audit", "--no-fund"], ForeignProgram.Folder);
        }
    }
}
