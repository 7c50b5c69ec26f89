using System.Reflection;
using System.Text;
using System.Xml.Linq;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.DocSite.Reference;

/// <summary>Every setting of the gateway: its key, its default as the code has it, and what the code says of it.</summary>
internal static class SettingsPage
{
    public const string Path = "reference/settings.html";

    /// <summary>What in the repository it is made of.</summary>
    public const string Source = "src/SesameGrpc.Gateway/Configuration/GatewayOptions.cs";

    public static SitePage Create()
    {
        var comments = XDocument
            .Load(System.IO.Path.ChangeExtension(typeof(GatewayOptions).Assembly.Location, ".xml"))
            .Descendants("member")
            .ToDictionary(member => (string)member.Attribute("name")!, member => TextOf(member.Element("summary")), StringComparer.Ordinal);
        var page = new StringBuilder(
            "# Settings\n\n"
                + "They stand in the section `Sesame` of `appsettings.json`, in environment variables, with two underscores for each dot (`Sesame__Storage__Provider=PostgreSql`), or on the command line (`--Sesame:Storage:Provider=PostgreSql`). "
                + "They are read once, at start; a wrong one stops the start with one line that names the key, the value and what is allowed.\n\n"
        );
        Append(page, "General", "", new GatewayOptions(), comments);
        foreach (var section in Settings(typeof(GatewayOptions)).Where(IsSection))
        {
            var options = section.GetValue(new GatewayOptions())!;
            page.Append($"\n## {section.Name}\n\n{CommentOf(comments, "T:" + options.GetType().FullName)}\n\n");
            Append(page, "", section.Name + ".", options, comments);
        }

        return SitePage.Made(Path, page.ToString());
    }

    private static void Append(
        StringBuilder page,
        string title,
        string prefix,
        object options,
        IReadOnlyDictionary<string, string> comments
    )
    {
        page.Append(title.Length > 0 ? $"## {title}\n\n" : "").Append("| setting | default | meaning |\n|---|---|---|\n");
        foreach (var setting in Settings(options.GetType()).Where(setting => !IsSection(setting)))
        {
            var value = $"{setting.GetValue(options)}";
            var comment = CommentOf(comments, $"P:{setting.DeclaringType!.FullName}.{setting.Name}");
            page.Append($"| `{prefix}{setting.Name}` | {(value.Length > 0 ? $"`{value}`" : "empty")} | {comment} |\n");
        }
    }

    private static IEnumerable<PropertyInfo> Settings(Type options) => options.GetProperties().Where(property => property.CanWrite);

    private static bool IsSection(PropertyInfo property) => property.PropertyType.IsClass && property.PropertyType != typeof(string);

    private static string CommentOf(IReadOnlyDictionary<string, string> comments, string member) =>
        comments.GetValueOrDefault(member)
        ?? throw new DocumentationException($"{member[2..]} has no comment. Say what the setting means, its range and its default.");

    private static string TextOf(XElement? summary) =>
        string.Join(' ', $"{summary?.Value}".Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Replace("|", "\\|", StringComparison.Ordinal);
}
