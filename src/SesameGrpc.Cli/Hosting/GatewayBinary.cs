namespace SesameGrpc.Cli.Hosting;

/// <summary>Finds the assemblies of the servers: the gateway's where SESAME_GATEWAY_DLL names one, else beside the CLI or in the repository's build output.</summary>
internal static class GatewayBinary
{
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable("SESAME_GATEWAY_DLL") is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : throw new GatewayStartException($"SESAME_GATEWAY_DLL names {named}, which does not exist.");
        }

        return FindBuilt("SesameGrpc.Gateway");
    }

    /// <summary>The sandbox's payment system.</summary>
    public static string FindRail() => FindBuilt("SesameGrpc.SandboxRail");

    /// <summary>The proxy between a library's kiosks and its system.</summary>
    public static string FindSip2Proxy() => FindBuilt("SesameGrpc.Sip2Proxy");

    private static string FindBuilt(string project)
    {
        var fileName = project + ".dll";
        var beside = Path.Combine(AppContext.BaseDirectory, fileName);
        if (File.Exists(beside) && File.Exists(Path.ChangeExtension(beside, ".runtimeconfig.json")))
        {
            return beside;
        }

        // <root>/<src or tests>/<project>/bin/<configuration>/<framework>/
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var configuration = framework.Parent?.Name ?? "Release";
        var built = Path.Combine(RepositoryRoot(), "src", project, "bin", configuration, framework.Name, fileName);
        return File.Exists(built) ? built : throw new GatewayStartException($"{project} is not built: {built} does not exist.");
    }

    /// <summary>The directory above this program that holds the solution; the current directory where there is none.</summary>
    public static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SesameGrpc.sln")))
            {
                return folder.FullName;
            }
        }

        return Environment.CurrentDirectory;
    }
}

/// <summary>The gateway could not be started, with words on why.</summary>
internal sealed class GatewayStartException(string message) : Exception(message);
