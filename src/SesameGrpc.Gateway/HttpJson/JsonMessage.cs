using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.HttpJson;

/// <summary>Reads a message from JSON (ProtoJSON), more strictly than the library: a member that is unknown or stated twice, or a number that would be rounded, is refused by name.</summary>
internal static class JsonMessage
{
    /// <summary>Throws for bytes that are not UTF-8.</summary>
    public static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Throws a <see cref="RefusalException"/> for what is not the message. The path's fields may not be stated here too.</summary>
    public static IMessage Read(string json, MessageDescriptor type, IReadOnlyList<string> pathFields)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Malformed("it is of another type");
            }

            new JsonFields(pathFields, withValues: false).Check(document.RootElement, type);
            return Parse(json, type) ?? throw FaultOf(document.RootElement, type, pathFields);
        }
        catch (JsonException fault)
        {
            // The reader has no place for the one thing that it finds by comparing.
            throw Malformed(
                fault.LineNumber is { } line ? $"line {line + 1}, byte {fault.BytePositionInLine + 1}" : "a member is stated twice"
            );
        }
        catch (InvalidOperationException)
        {
            throw Malformed("a text has half of a surrogate pair, which is no character");
        }
    }

    /// <summary>A field by either of its names: "visitId" or "visit_id"; null: there is none.</summary>
    public static FieldDescriptor? FindField(MessageDescriptor type, string name) =>
        type.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == name || field.Name == name);

    /// <summary>Whether it is what the library throws for a value that does not fit.</summary>
    public static bool IsFault(Exception exception) =>
        exception is InvalidProtocolBufferException or InvalidJsonException or FormatException or OverflowException or ArgumentException;

    private static IMessage? Parse(string json, MessageDescriptor type)
    {
        try
        {
            return JsonParser.Default.Parse(json, type);
        }
        catch (Exception exception) when (IsFault(exception))
        {
            return null;
        }
    }

    // The library does not say which field does not fit, so each is tried by itself.
    private static RefusalException FaultOf(JsonElement message, MessageDescriptor type, IReadOnlyList<string> pathFields)
    {
        new JsonFields(pathFields, withValues: true).Check(message, type);
        return Malformed($"it is no {type.Name}");
    }

    private static RefusalException Malformed(string cause) => new(Refuse.JsonMalformed(cause));
}
