using System.Text.RegularExpressions;
using Google.Api;
using Google.Protobuf.Reflection;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>How the methods of a contract are called over HTTP (protos/STYLE.md).</summary>
internal static partial class HttpRules
{
    /// <summary>Where the contracts are that partners call.</summary>
    public const string PartnerFolder = "protos/sesame/partner/";

    private static readonly string[] Persons = ["subject", "subjects"];

    /// <summary>Each unary method has an HTTP rule, and no stream has one.</summary>
    public static IEnumerable<Finding> CheckPresence(ProtoSet set, string folder)
    {
        foreach (var (element, method, _) in MethodsOf(set, folder))
        {
            var isUnary = !method.ClientStreaming && !method.ServerStreaming;
            if (isUnary != BindingsOf(method).Any())
            {
                yield return At(
                    element,
                    $"rpc {element.Name} {(isUnary ? "has no google.api.http rule" : "is a stream and has a google.api.http rule")}",
                    isUnary ? "state its verb and path" : "take it away: HTTP+JSON has no streams"
                );
            }
        }
    }

    /// <summary>Paths are versioned, and each is one method's.</summary>
    public static IEnumerable<Finding> CheckPaths(ProtoSet set, string folder)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (element, method, _) in MethodsOf(set, folder))
        {
            foreach (var (verb, path, _) in BindingsOf(method))
            {
                if (!path.StartsWith("/v1/", StringComparison.Ordinal))
                {
                    yield return At(element, $"the path {path} does not begin with /v1/", "begin with the version");
                }

                if (!seen.Add($"{verb} {Field().Replace(path, "{}")}"))
                {
                    yield return At(element, $"{verb} {path} is another method's too", "choose another path");
                }
            }
        }
    }

    /// <summary>A person is in no path, and whoever is asked about one can be asked with a body.</summary>
    public static IEnumerable<Finding> CheckPersons(ProtoSet set, string folder)
    {
        foreach (var (element, method, request) in MethodsOf(set, folder))
        {
            var bindings = BindingsOf(method).ToList();
            foreach (
                var (_, path, _) in bindings.Where(binding =>
                    Persons.Any(person => binding.Path.Contains($"{person}}}", StringComparison.Ordinal))
                )
            )
            {
                yield return At(
                    element,
                    $"the path {path} names a person",
                    "addresses are written into logs; take the subject from the body"
                );
            }

            if (request.Field.Any(field => Persons.Contains(field.Name)) && !bindings.Exists(binding => binding.Body == "*"))
            {
                yield return At(
                    element,
                    $"rpc {element.Name} asks about a person and has no binding with a body",
                    "add one with POST and body: \"*\", additional to a GET if there is one"
                );
            }
        }
    }

    private static IEnumerable<(ProtoElement Element, MethodDescriptorProto Method, DescriptorProto Request)> MethodsOf(
        ProtoSet set,
        string folder
    ) =>
        from element in set.Elements
        where element.Path.StartsWith(folder, StringComparison.Ordinal)
        let method = element.Descriptor as MethodDescriptorProto
        where method is not null
        let request = set
            .Elements.Select(other => other.Descriptor)
            .OfType<DescriptorProto>()
            .First(message => method.InputType.EndsWith($".{message.Name}", StringComparison.Ordinal))
        select (element, method, request);

    private static IEnumerable<(string Verb, string Path, string Body)> BindingsOf(MethodDescriptorProto method) =>
        method.Options?.GetExtension(AnnotationsExtensions.Http) is { } rule
            ? rule
                .AdditionalBindings.Prepend(rule)
                .Select(binding =>
                    (
                        binding.PatternCase.ToString().ToUpperInvariant(),
                        binding.Get + binding.Post + binding.Patch + binding.Delete + binding.Put,
                        binding.Body
                    )
                )
            : [];

    private static Finding At(ProtoElement element, string fact, string fix) => new(element.Path, element.Line, fact, fix);

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.NonBacktracking)]
    private static partial Regex Field();
}
