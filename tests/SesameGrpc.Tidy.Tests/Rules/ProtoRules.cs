using Google.Protobuf.Reflection;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>The style of the contracts (protos/STYLE.md), as far as a machine can judge it.</summary>
internal static class ProtoRules
{
    private const string StylePage = "see protos/STYLE.md";
    private static readonly string[] ReadVerbs = ["Get", "List", "BatchGet", "Check", "BatchCheck", "Export", "Stream", "DryRun", "Replay"];

    /// <summary>Mutations that repeat safely by another key than request_id, each with its reason.</summary>
    public static IReadOnlyDictionary<string, string> ReplayExceptions { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ImportScores"] = "is keyed by import_id and resumed after the position reached",
            ["Collect"] = "is keyed by collection_id; it is called by the gateway, not by its callers",
            ["Refund"] = "is keyed by collection_id; it is called by the gateway, not by its callers",
            ["RefundPart"] = "says what shall have been refunded in all, so that a repetition changes nothing",
        };

    /// <summary>Every element has a comment before it.</summary>
    public static IEnumerable<Finding> CheckComments(ProtoSet set) =>
        from element in set.Elements
        where string.IsNullOrWhiteSpace(element.Comment)
        select At(
            element,
            $"{element.Kind} {element.Name} has no comment",
            "state its meaning, unit, range and what a violation gets, on the lines before it"
        );

    /// <summary>The first value of an enum is 0 and its name ends in _UNSPECIFIED.</summary>
    public static IEnumerable<Finding> CheckEnums(ProtoSet set) =>
        from element in set.Elements
        where
            element.Descriptor is EnumValueDescriptorProto { Number: 0 } && !element.Name.EndsWith("_UNSPECIFIED", StringComparison.Ordinal)
        select At(element, $"enum value {element.Name} = 0 does not end in _UNSPECIFIED", "keep 0 for what was not stated");

    /// <summary>No float and no double; _time is a Timestamp and a Timestamp is _time.</summary>
    public static IEnumerable<Finding> CheckFields(ProtoSet set)
    {
        foreach (var element in set.Elements)
        {
            if (element.Descriptor is not FieldDescriptorProto field)
            {
                continue;
            }

            if (field.Type is FieldType.Float or FieldType.Double)
            {
                yield return At(element, $"field {element.Name} is a {field.Type}", "use an integer in the smallest unit");
            }

            var isNamedTime = element.Name.EndsWith("_time", StringComparison.Ordinal);
            var isTime = field.TypeName == ".google.protobuf.Timestamp";
            if (isNamedTime != isTime && !(isTime && element.Name.EndsWith("_times", StringComparison.Ordinal)))
            {
                var fact = isTime
                    ? $"Timestamp {element.Name} does not end in _time"
                    : $"field {element.Name} ends in _time and is no Timestamp";
                yield return At(
                    element,
                    fact,
                    isTime ? "name it after the event: create_time" : "make it a google.protobuf.Timestamp, or name its unit"
                );
            }
        }
    }

    /// <summary>Every RPC has a request and a response of its own, named after it.</summary>
    public static IEnumerable<Finding> CheckMethods(ProtoSet set)
    {
        var methods = set.Elements.Where(element => element.Descriptor is MethodDescriptorProto).ToList();
        var users = methods
            .Select(element => (MethodDescriptorProto)element.Descriptor)
            .SelectMany(method => new[] { method.InputType, method.OutputType })
            .CountBy(type => type, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        foreach (var element in methods)
        {
            var method = (MethodDescriptorProto)element.Descriptor;
            foreach (var (type, suffix) in new[] { (method.InputType, "Request"), (method.OutputType, "Response") })
            {
                if (ShortName(type) != element.Name + suffix || users[type] > 1)
                {
                    yield return At(element, $"rpc {element.Name} uses {ShortName(type)}", $"give it its own {element.Name}{suffix}");
                }
            }
        }
    }

    /// <summary>The request of every mutation has a string request_id; an exception names an RPC that is there.</summary>
    public static IEnumerable<Finding> CheckReplay(ProtoSet set, IReadOnlyDictionary<string, string> exceptions)
    {
        var methods = set.Elements.Where(element => element.Descriptor is MethodDescriptorProto).ToList();
        foreach (var element in methods.Where(element => !IsRead(element.Name) && !exceptions.ContainsKey(element.Name)))
        {
            var method = (MethodDescriptorProto)element.Descriptor;
            var request = set
                .Elements.Select(other => other.Descriptor)
                .OfType<DescriptorProto>()
                .FirstOrDefault(message => message.Name == ShortName(method.InputType));
            if (request?.Field.Any(field => field is { Name: "request_id", Type: FieldType.String }) != true)
            {
                yield return At(
                    element,
                    $"rpc {element.Name} changes something and {ShortName(method.InputType)} has no string request_id",
                    "add it as field 1, REQUIRED, so that a retry has one effect"
                );
            }
        }

        foreach (var name in exceptions.Keys.Where(name => methods.All(method => method.Name != name)))
        {
            yield return new Finding(
                "tests/SesameGrpc.Tidy.Tests/Rules/ProtoRules.cs",
                0,
                $"the exception {name} names no rpc",
                "remove it"
            );
        }
    }

    // The verb is a whole word: GetPerson reads, GetterReset would not.
    private static bool IsRead(string method) =>
        ReadVerbs.Any(verb =>
            method.StartsWith(verb, StringComparison.Ordinal) && (method.Length == verb.Length || char.IsUpper(method[verb.Length]))
        );

    private static string ShortName(string type) => type[(type.LastIndexOf('.') + 1)..];

    private static Finding At(ProtoElement element, string fact, string fix) =>
        new(element.Path, element.Line, fact, $"{fix}; {StylePage}");
}
