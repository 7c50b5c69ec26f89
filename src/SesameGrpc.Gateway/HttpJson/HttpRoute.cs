using System.Diagnostics.CodeAnalysis;
using Google.Api;
using Google.Protobuf.Reflection;

namespace SesameGrpc.Gateway.HttpJson;

/// <summary>One way to call a unary method over HTTP: the verb and the path of one binding of its google.api.http rule. Paths have literals, whole segments in braces, and ":verb" at their end.</summary>
internal sealed class HttpRoute
{
    private readonly string[] segments;
    private readonly string? action;

    private HttpRoute(MethodDescriptor method, HttpRule rule, bool isAdditional)
    {
        (Verb, Path) = rule.PatternCase switch
        {
            HttpRule.PatternOneofCase.Get => (HttpMethods.Get, rule.Get),
            HttpRule.PatternOneofCase.Post => (HttpMethods.Post, rule.Post),
            HttpRule.PatternOneofCase.Patch => (HttpMethods.Patch, rule.Patch),
            HttpRule.PatternOneofCase.Delete => (HttpMethods.Delete, rule.Delete),
            _ => throw new NotSupportedException($"{method.FullName} has an HTTP rule of the kind {rule.PatternCase}."),
        };
        HasBody = rule.Body switch
        {
            "" => false,
            "*" => true,
            _ => throw new NotSupportedException($"{method.FullName} takes one field as its body; \"*\" takes them all."),
        };
        Method = method;
        segments = Path.Split('/');
        if (segments[^1].Split(':', 2) is [var last, var verb])
        {
            (segments[^1], action) = (last, verb);
        }

        PathFields = [.. segments.Where(IsField).Select(FieldOf)];
        Name = method.Name + (isAdditional ? Capitalise(action ?? "by_" + PathFields[^1]) : "");
        QueryFields = HasBody ? [] : [.. method.InputType.Fields.InDeclarationOrder().Where(IsQueryField)];
    }

    public MethodDescriptor Method { get; }

    /// <summary>The method's name; of an additional route, with its action or its field behind: "ListVisitsSearch", "GetVisitByOrderId".</summary>
    public string Name { get; }

    /// <summary>HTTP method: "GET".</summary>
    public string Verb { get; }

    /// <summary>Path with its fields in braces: "/v1/visits/{visit_id}:close".</summary>
    public string Path { get; }

    /// <summary>Whether the body is the request, but for what the path says; else there is none.</summary>
    public bool HasBody { get; }

    /// <summary>Fields of the request that the path says, in its order: "visit_id", "webhook_endpoint.webhook_endpoint_id".</summary>
    public IReadOnlyList<string> PathFields { get; }

    /// <summary>Fields of the request that the query may say.</summary>
    public IReadOnlyList<FieldDescriptor> QueryFields { get; }

    /// <summary>The routes of a method, the first one its own and the others additional; none without a rule.</summary>
    public static IEnumerable<HttpRoute> Of(MethodDescriptor method) =>
        method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is { } rule
            ? rule.AdditionalBindings.Prepend(rule).Select((binding, index) => new HttpRoute(method, binding, isAdditional: index > 0))
            : [];

    /// <summary>Whether the segments of a path as it was sent are this route's, byte for byte but for its fields, whose values are given out.</summary>
    public bool Matches(string[] sent, [NotNullWhen(true)] out IReadOnlyList<KeyValuePair<string, string>>? values)
    {
        values = null;
        if (sent.Length != segments.Length || Cut(sent[^1]) is not { } last)
        {
            return false;
        }

        var found = new List<KeyValuePair<string, string>>(PathFields.Count);
        for (var index = 0; index < segments.Length; index++)
        {
            var (wanted, text) = (segments[index], index == segments.Length - 1 ? last : sent[index]);
            if (IsField(wanted) && text.Length > 0)
            {
                found.Add(new(FieldOf(wanted), Uri.UnescapeDataString(text)));
            }
            else if (!string.Equals(wanted, text, StringComparison.Ordinal))
            {
                return false;
            }
        }

        values = found;
        return true;
    }

    /// <summary>Whether the field names a person.</summary>
    public static bool IsPerson(FieldDescriptor field) => field.Name is "subject" or "subjects";

    // A colon in a value is escaped where an action could stand.
    private string? Cut(string last)
    {
        var colon = last.LastIndexOf(':');
        return string.Equals(colon < 0 ? null : last[(colon + 1)..], action, StringComparison.Ordinal)
            ? last[..(colon < 0 ? last.Length : colon)]
            : null;
    }

    private static string Capitalise(string text) =>
        string.Concat(text.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static bool IsField(string segment) => segment.StartsWith('{');

    private static string FieldOf(string segment) => segment[1..^1];

    // Addresses are written into logs on their way, so a person's subject is in none.
    private bool IsQueryField(FieldDescriptor field) =>
        !field.IsMap
        && field.FieldType is not (FieldType.Message or FieldType.Group)
        && !PathFields.Contains(field.Name, StringComparer.Ordinal)
        && field.ContainingOneof?.Fields.Any(other => PathFields.Contains(other.Name, StringComparer.Ordinal)) != true
        && !IsPerson(field);
}
