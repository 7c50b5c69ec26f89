using System.Diagnostics;

namespace SesameGrpc.Tidy.Tests;

/// <summary>The files that git tracks or would track: what a clone of the next commit holds.</summary>
internal static class Repository
{
    private const int BinaryProbeLength = 4096;
    private static readonly string[] UntrackedFolders = [".git", "bin", "obj", "artifacts", "node_modules", ".sesame"];
    private static readonly Lazy<IReadOnlyList<string>> LazyPaths = new(FindPaths);
    private static readonly Lazy<IReadOnlyList<TextFile>> LazyTexts = new(() => [.. Paths.Select(Read).OfType<TextFile>()]);

    /// <summary>The folder that holds SesameGrpc.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Paths of all files, relative to the root.</summary>
    public static IReadOnlyList<string> Paths => LazyPaths.Value;

    /// <summary>All files but the binary ones.</summary>
    public static IReadOnlyList<TextFile> Texts => LazyTexts.Value;

    /// <summary>Hand-written C# files under a folder, which is given with its final slash.</summary>
    public static IReadOnlyList<TextFile> CSharpUnder(string folder) =>
        [.. Texts.Where(file => file.IsCSharp && !file.IsGenerated && file.Path.StartsWith(folder, StringComparison.Ordinal))];

    /// <summary>One file, or null where it is not there.</summary>
    public static TextFile? Find(string path) => Texts.FirstOrDefault(file => file.Path == path);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SesameGrpc.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("No folder above the test's binaries holds SesameGrpc.sln.");
    }

    private static string[] FindPaths()
    {
        var start = new ProcessStartInfo("git", "ls-files -z --cached --others --exclude-standard")
        {
            WorkingDirectory = Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var git = Directory.Exists(Path.Combine(Root, ".git")) ? Process.Start(start) : null;
        var listing = git?.StandardOutput.ReadToEnd() ?? "";
        git?.WaitForExit();
        var paths = git is { ExitCode: 0 } ? listing.Split('\0', StringSplitOptions.RemoveEmptyEntries) : WalkPaths();
        return [.. paths.Where(path => File.Exists(Path.Combine(Root, path))).Order(StringComparer.Ordinal)];
    }

    // A source archive has no git directory: leave out by name what .gitignore leaves out.
    private static IEnumerable<string> WalkPaths() =>
        Directory
            .EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Intersect(UntrackedFolders, StringComparer.Ordinal).Any())
            .Where(path => !path.StartsWith("certs/", StringComparison.Ordinal) || path is "certs/README.md" or "certs/.gitignore");

    private static TextFile? Read(string path)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Root, path));
        var isBinary = bytes.AsSpan(0, Math.Min(bytes.Length, BinaryProbeLength)).Contains((byte)0);
        return isBinary ? null : new TextFile(path, System.Text.Encoding.UTF8.GetString(bytes).ReplaceLineEndings("\n"));
    }
}
