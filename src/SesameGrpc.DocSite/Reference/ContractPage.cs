using System.Text;
using Google.Api;
using Google.Protobuf.Reflection;
using SesameGrpc.Gateway.Pipeline;

namespace SesameGrpc.DocSite.Reference;

/// <summary>The reference of one file of the contracts: each method with what it needs, its request and its answer; then the other messages and the enums.</summary>
internal static class ContractPage
{
    /// <summary>protos/sesame/partner/v1/types.proto becomes reference/partner/v1/types.html.</summary>
    public static string PathOf(ContractFile file) => "reference/" + file.Source["protos/sesame/".Length..^".proto".Length] + ".html";

    /// <summary>The service's name, or for a file without one what its name says.</summary>
    public static string TitleOf(ContractFile file)
    {
        var words = Path.GetFileNameWithoutExtension(file.Source).Replace('_', ' ');
        return file.Services.Select(service => service.Descriptor.Name).FirstOrDefault() ?? char.ToUpperInvariant(words[0]) + words[1..];
    }

    public static SitePage Create(ContractFile file, ContractText text)
    {
        var page = new StringBuilder($"# {TitleOf(file)}\n\nPackage `{file.Package}`, file `{file.Source}`.\n\n");
        var messages = file.Messages.ToDictionary(message => $".{file.Package}.{message.Name}", StringComparer.Ordinal);
        foreach (var service in file.Services)
        {
            page.Append($"{text.Paragraphs(service.Comment)}\n\n");
            foreach (var (method, comment) in service.Methods)
            {
                page.Append(
                    $"## {method.Name}\n\n{text.Paragraphs(comment)}\n\n{FactsOf($"{file.Package}.{service.Descriptor.Name}/{method.Name}", method)}\n"
                );
                foreach (var type in new[] { method.InputType, method.OutputType })
                {
                    if (messages.Remove(type, out var message))
                    {
                        Append(page, message, text);
                    }
                }
            }
        }

        if (messages.Count > 0)
        {
            page.Append("## Messages\n\n");
            messages.Values.ToList().ForEach(message => Append(page, message, text));
        }

        if (file.Enums.Any())
        {
            page.Append("## Enums\n\n");
            file.Enums.ToList().ForEach(enumeration => Append(page, enumeration, text));
        }

        return SitePage.Made(PathOf(file), page.ToString());
    }

    private static string FactsOf(string path, MethodDescriptorProto method)
    {
        var facts = new StringBuilder("| | |\n|---|---|\n");
        facts.Append(
            $"| call | `/{path}`{(method.ClientStreaming ? ", a stream of requests" : "")}{(method.ServerStreaming ? ", a stream of answers" : "")} |\n"
        );
        if (method.Options?.GetExtension(AnnotationsExtensions.Http) is { } http)
        {
            facts.Append($"| HTTP+JSON | `{VerbOf(http)}` |\n");
        }

        // The operator's payment system implements the rail's methods, so the gateway has no row for them.
        if (MethodPolicies.Find(path) is { } policy)
        {
            facts.Append(
                $"| needs | {(policy.Scope is null ? "an operator's certificate" : $"a partner's certificate and a token with the scope `{policy.Scope}`")} |\n"
            );
            facts.Append($"| effect | {EffectOf(policy.Effect)} |\n");
            facts.Append(
                $"| longest deadline | {(policy.MaxDeadline.TotalHours >= 1 ? $"{policy.MaxDeadline.TotalHours} hours" : $"{policy.MaxDeadline.TotalSeconds} seconds")} |\n"
            );
        }

        return facts.ToString();
    }

    private static string EffectOf(Effect effect) =>
        effect switch
        {
            Effect.Mutation => "changes something; the same `request_id` again gives the first answer",
            Effect.Disclosure => "tells of persons; in the audit log before it is answered",
            _ => "reads, and tells of nobody",
        };

    private static string VerbOf(HttpRule http) =>
        http.PatternCase switch
        {
            HttpRule.PatternOneofCase.Get => "GET " + http.Get,
            HttpRule.PatternOneofCase.Put => "PUT " + http.Put,
            HttpRule.PatternOneofCase.Post => "POST " + http.Post,
            HttpRule.PatternOneofCase.Delete => "DELETE " + http.Delete,
            HttpRule.PatternOneofCase.Patch => "PATCH " + http.Patch,
            _ => $"{http.Custom.Kind} {http.Custom.Path}",
        };

    private static void Append(StringBuilder page, ContractMessage message, ContractText text)
    {
        page.Append($"### {message.Name}\n\n{text.Paragraphs(message.Comment)}\n\n");
        if (message.Fields.Count == 0)
        {
            return;
        }

        page.Append("| field | type | meaning |\n|---|---|---|\n");
        foreach (var (field, comment) in message.Fields)
        {
            page.Append($"| `{field.Name}` | {text.TypeOf(field, message.Descriptor)} | {RoleOf(field, message)}{text.Cell(comment)} |\n");
        }

        page.Append('\n');
    }

    private static string RoleOf(FieldDescriptorProto field, ContractMessage message)
    {
        var roles =
            field.Options?.GetExtension(FieldBehaviorExtensions.FieldBehavior)?.Select(behavior => behavior.ToString().ToLowerInvariant())
            ?? [];
        var choice = field is { HasOneofIndex: true, Proto3Optional: false }
            ? [$"one of `{message.Descriptor.OneofDecl[field.OneofIndex].Name}`"]
            : Array.Empty<string>();
        var words = string.Join(", ", roles.Concat(choice));
        return words.Length == 0 ? "" : $"*{words}.* ";
    }

    private static void Append(StringBuilder page, ContractEnum enumeration, ContractText text)
    {
        page.Append($"### {enumeration.Name}\n\n{text.Paragraphs(enumeration.Comment)}\n\n| value | number | meaning |\n|---|---|---|\n");
        foreach (var (name, number, comment) in enumeration.Values)
        {
            page.Append($"| `{name}` | {number} | {text.Cell(comment)} |\n");
        }

        page.Append('\n');
    }
}
