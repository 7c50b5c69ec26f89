using System.Xml;
using System.Xml.Linq;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>Which project may see which: Contracts at the bottom, and no way from a client into the gateway.</summary>
internal static class ProjectArrowRules
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["SesameGrpc.Contracts"] = [],
        ["SesameGrpc.TransparencyLog"] = [],
        ["SesameGrpc.Webhooks"] = ["SesameGrpc.Contracts"],
        ["SesameGrpc.Gateway"] = ["SesameGrpc.Contracts", "SesameGrpc.TransparencyLog", "SesameGrpc.Webhooks"],
        ["SesameGrpc.Client"] = ["SesameGrpc.Contracts"],
        ["SesameGrpc.Testing"] = ["SesameGrpc.Client", "SesameGrpc.Gateway"],
        ["SesameGrpc.SandboxRail"] = ["SesameGrpc.Contracts"],
        ["SesameGrpc.Cli"] = ["SesameGrpc.Client", "SesameGrpc.TransparencyLog", "SesameGrpc.Webhooks"],
        ["SesameGrpc.Sip2Proxy"] = ["SesameGrpc.Client"],
        ["SesameGrpc.DocSite"] = ["SesameGrpc.Contracts", "SesameGrpc.Gateway"],
        ["SesameGrpc.Console"] = ["SesameGrpc.Client"],
    };

    // The CLI starts the gateway, the sandbox's payment system and the demo's proxy as processes of their own: they must be built with it, and never linked.
    private static readonly Dictionary<string, string[]> AllowedBuildOrder = new(StringComparer.Ordinal)
    {
        ["SesameGrpc.Cli"] = ["SesameGrpc.Gateway", "SesameGrpc.SandboxRail", "SesameGrpc.Sip2Proxy"],
    };

    /// <summary>Checks the project files under src/; tests may reference anything.</summary>
    public static IEnumerable<Finding> Check(IEnumerable<TextFile> files) =>
        files
            .Where(file =>
                file.Path.StartsWith("src/", StringComparison.Ordinal) && file.Path.EndsWith(".csproj", StringComparison.Ordinal)
            )
            .SelectMany(CheckProject);

    private static IEnumerable<Finding> CheckProject(TextFile file)
    {
        var project = NameOf(file.Path);
        if (!Allowed.TryGetValue(project, out var allowed))
        {
            yield return new Finding(
                file.Path,
                1,
                $"project {project} has no place in the arrows between projects",
                "draw its arrows in ProjectArrowRules"
            );
            yield break;
        }

        foreach (var reference in XDocument.Parse(file.Text, LoadOptions.SetLineInfo).Descendants("ProjectReference"))
        {
            var target = NameOf((string?)reference.Attribute("Include") ?? "");
            var linked = !string.Equals(Setting(reference, "ReferenceOutputAssembly"), "false", StringComparison.OrdinalIgnoreCase);
            var buildOrder = AllowedBuildOrder.GetValueOrDefault(project, []);
            if (allowed.Contains(target, StringComparer.Ordinal) || (!linked && buildOrder.Contains(target, StringComparer.Ordinal)))
            {
                continue;
            }

            var list = allowed.Length == 0 ? "none" : string.Join(", ", allowed);
            var fix = buildOrder.Contains(target, StringComparer.Ordinal)
                ? "set ReferenceOutputAssembly=\"false\": the project is built first and never linked"
                : "remove the reference, or move the shared code down along an arrow";
            yield return new Finding(
                file.Path,
                ((IXmlLineInfo)reference).LineNumber,
                $"{project} references {target}; allowed: {list}",
                fix
            );
        }
    }

    private static string? Setting(XElement reference, string name) =>
        (string?)reference.Attribute(name) ?? (string?)reference.Element(name);

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
}
