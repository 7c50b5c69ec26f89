using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.RawCalls;

/// <summary>
/// Reads a request as people write it: proto3 JSON with the names of the contracts or in camel case, comments allowed, and what commands print taken back: enum names without their prefix, spans as
/// seconds.
/// </summary>
internal static class RequestJson
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The request; throws <see cref="UsageException"/> with the field at fault.</summary>
    public static IMessage Parse(MessageDescriptor type, string text)
    {
        try
        {
            var json = JsonNode.Parse(text, documentOptions: Lenient);
            if (json is not JsonObject fields)
            {
                throw new UsageException($"The request is no JSON object; {type.Name} is one.");
            }

            return JsonParser.Default.Parse(Strict(type, fields).ToJsonString(), type);
        }
        catch (Exception exception) when (exception is JsonException or InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new UsageException($"The request is no {type.Name}: {exception.Message}");
        }
    }

    private static JsonObject Strict(MessageDescriptor type, JsonObject fields)
    {
        var strict = new JsonObject();
        foreach (var (name, value) in fields)
        {
            var field = type.Fields.InDeclarationOrder().FirstOrDefault(candidate => candidate.Name == name || candidate.JsonName == name);
            if (field is null)
            {
                throw new UsageException(
                    $"{type.Name} has no field {name}{Suggestions.For(name, type.Fields.InDeclarationOrder().Select(known => known.Name))}"
                );
            }

            strict[field.Name] = Strict(field, value);
        }

        return strict;
    }

    private static JsonNode? Strict(FieldDescriptor field, JsonNode? value)
    {
        if (field.IsMap && value is JsonObject map)
        {
            var values = field.MessageType.FindFieldByNumber(2);
            return new JsonObject(map.Select(entry => KeyValuePair.Create(entry.Key, Single(values, entry.Value))));
        }

        return value is JsonArray many ? new JsonArray([.. many.Select(one => Single(field, one))]) : Single(field, value);
    }

    private static JsonNode? Single(FieldDescriptor field, JsonNode? value) =>
        value switch
        {
            JsonObject fields when field.FieldType == FieldType.Message && !IsWellKnown(field.MessageType) => Strict(
                field.MessageType,
                fields
            ),
            JsonValue text when field.FieldType == FieldType.Enum && text.TryGetValue<string>(out var name) => Whole(field.EnumType, name),
            JsonValue number
                when field.FieldType == FieldType.Message
                    && field.MessageType.FullName == Duration.Descriptor.FullName
                    && number.TryGetValue<decimal>(out var seconds) => $"{seconds}s",
            _ => value?.DeepClone(),
        };

    private static bool IsWellKnown(MessageDescriptor type) => type.File.Package == "google.protobuf";

    // The values of an enum share the prefix of its first, X_UNSPECIFIED.
    private static string Whole(EnumDescriptor type, string name)
    {
        var prefix = Prefix(type);
        return type.FindValueByName(name) is null && type.FindValueByName(prefix + name) is not null ? prefix + name : name;
    }

    public static string Prefix(EnumDescriptor type) => type.Values[0].Name.Replace("UNSPECIFIED", "", StringComparison.Ordinal);
}
