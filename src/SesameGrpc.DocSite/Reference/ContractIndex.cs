using System.Text;

namespace SesameGrpc.DocSite.Reference;

/// <summary>The first page of the reference: every service with its methods, and the files that they share.</summary>
internal static class ContractIndex
{
    public const string Path = "reference/index.html";

    private static readonly (string Package, string Title)[] Parts =
    [
        ("sesame.partner.v1", "What partners call"),
        ("sesame.operator.v1", "What operators call"),
        ("sesame.rail.v1", "What an operator's payment system implements"),
        ("sesame.audit.v1", "What the audit log is made of"),
    ];

    public static SitePage Create(ContractSet contracts, ContractText text)
    {
        var page = new StringBuilder(
            "# Reference of the contracts\n\nMade of the `.proto` files and of the gateway's table of methods. The files, with all that they import: [sesame-protos.zip](../artifacts/sesame-protos.zip).\n\n"
        );
        foreach (
            var part in contracts
                .Files.GroupBy(file => file.Package)
                .OrderBy(part => Array.FindIndex(Parts, known => known.Package == part.Key))
        )
        {
            var title =
                Parts.FirstOrDefault(known => known.Package == part.Key).Title
                ?? throw new DocumentationException($"The package {part.Key} has no title. Give it one in ContractIndex.");
            page.Append($"## {title}\n\n| | |\n|---|---|\n");
            foreach (var file in part.OrderByDescending(file => file.Services.Any()))
            {
                var methods = file
                    .Services.SelectMany(service => service.Methods)
                    .Select(method => $"[{method.Descriptor.Name}](../{file.Source}#{method.Descriptor.Name.ToLowerInvariant()})");
                var content = file.Services.Any()
                    ? $"{text.Cell(file.Services.First().Comment)} {string.Join(", ", methods)}"
                    : string.Join(
                        ", ",
                        file.Messages.Select(message => message.Name).Concat(file.Enums.Select(enumeration => enumeration.Name))
                    );
                page.Append($"| [{ContractPage.TitleOf(file)}](../{file.Source}) | {content} |\n");
            }

            page.Append('\n');
        }

        return SitePage.Made(Path, page.ToString());
    }
}
