using System.Text.Json.Nodes;
using Google.Api;
using Google.Protobuf.Reflection;
using static SesameGrpc.Contracts.DescribedContracts;

namespace SesameGrpc.Gateway.OpenApi;

/// <summary>Describes messages and enums as JSON Schema, in the form that ProtoJSON gives them. What is referred to gathers in <see cref="Components"/>.</summary>
internal sealed class OpenApiSchemas
{
    private const string FieldMaskName = "google.protobuf.FieldMask";

    public JsonObject Components { get; } = [];

    /// <summary>A reference to a message or an enum, which is described once.</summary>
    public JsonObject Reference(IDescriptor type)
    {
        if (!Components.ContainsKey(type.Name))
        {
            Components[type.Name] = new JsonObject(); // a message may refer to itself
            Components[type.Name] = type is EnumDescriptor values ? Enumeration(values, "") : Message((MessageDescriptor)type, []);
        }

        return new JsonObject { ["$ref"] = $"#/components/schemas/{type.Name}" };
    }

    /// <summary>The message but for these fields, which another place states. Of one that is updated in part, no field has to be there.</summary>
    public JsonObject Message(MessageDescriptor type, IReadOnlyCollection<string> without, bool inPart = false)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var field in type.Fields.InDeclarationOrder().Where(field => !without.Contains(field.Name)))
        {
            properties[field.JsonName] = Field(field);
            if (!inPart && Has(field, FieldBehavior.Required))
            {
                required.Add(field.JsonName);
            }
        }

        var schema = new JsonObject { ["type"] = "object", ["description"] = DescriptionOf(type) };
        Put(schema, "properties", properties);
        Put(schema, "required", required);
        return schema;
    }

    /// <summary>A field with its comment.</summary>
    public JsonObject Field(FieldDescriptor field)
    {
        var schema = field switch
        {
            { IsMap: true } => new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = Value(field.MessageType.FindFieldByNumber(2)),
            },
            { IsRepeated: true } => new JsonObject { ["type"] = "array", ["items"] = Value(field) },
            _ => Value(field),
        };
        schema["description"] = CommentOf(field);
        if (Has(field, FieldBehavior.OutputOnly))
        {
            schema["readOnly"] = true;
        }

        return schema;
    }

    /// <summary>The names of an enum's values but for the first, which is never sent, each with its comment.</summary>
    public static JsonObject Enumeration(EnumDescriptor type, string prefix)
    {
        var values = type.Values.Skip(1).Select(value => (Name: value.Name[prefix.Length..], Text: CommentOf(value))).ToList();
        var list = string.Join('\n', values.Select(value => $"- `{value.Name}`: {value.Text.Replace('\n', ' ')}"));
        return new JsonObject
        {
            ["type"] = "string",
            ["description"] = $"{CommentOf(type)}\n\n{list}",
            ["enum"] = new JsonArray([.. values.Select(value => JsonValue.Create(value.Name))]),
        };
    }

    private JsonObject Value(FieldDescriptor field) =>
        field.FieldType switch
        {
            FieldType.Bool => new JsonObject { ["type"] = "boolean" },
            FieldType.String => new JsonObject { ["type"] = "string" },
            FieldType.Int32 => new JsonObject { ["type"] = "integer", ["format"] = "int32" },
            FieldType.Int64 => new JsonObject { ["type"] = "string", ["format"] = "int64" },
            FieldType.Enum => Reference(field.EnumType),
            FieldType.Message => WellKnown(field.MessageType)
                ?? (HasMask(field.ContainingType) ? Message(field.MessageType, [], inPart: true) : Reference(field.MessageType)),
            _ => throw new NotSupportedException($"{field.FullName} is a {field.FieldType}, whose JSON has not been described yet."),
        };

    private static bool HasMask(MessageDescriptor type) =>
        type.Fields.InDeclarationOrder().Any(field => field.FieldType == FieldType.Message && field.MessageType.FullName == FieldMaskName);

    private static JsonObject? WellKnown(MessageDescriptor type) =>
        type.FullName switch
        {
            "google.protobuf.Timestamp" => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
            "google.protobuf.Duration" => new JsonObject { ["type"] = "string", ["pattern"] = "^-?[0-9]+([.][0-9]+)?s$" },
            FieldMaskName => new JsonObject { ["type"] = "string" },
            _ => null,
        };

    private static string DescriptionOf(MessageDescriptor type) =>
        string.Join(
            "\n\n",
            type.Oneofs.Where(oneof => !oneof.IsSynthetic).Select(oneof => $"{NamesOf(oneof)}: {CommentOf(oneof)}").Prepend(CommentOf(type))
        );

    private static string NamesOf(OneofDescriptor oneof) => string.Join(", ", oneof.Fields.Select(field => $"`{field.JsonName}`"));

    private static bool Has(FieldDescriptor field, FieldBehavior behavior) =>
        field.GetOptions()?.GetExtension(FieldBehaviorExtensions.FieldBehavior)?.Contains(behavior) == true;

    private static void Put(JsonObject schema, string name, JsonNode node)
    {
        if (node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            schema[name] = node;
        }
    }
}
