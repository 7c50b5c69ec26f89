using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Enum = System.Enum;

namespace SesameGrpc.Cli.Output;

/// <summary>Turns contract messages into JSON for scripts: proto field names, whole numbers as numbers, enum names without prefix.</summary>
internal static class MessageJson
{
    private static readonly ConcurrentDictionary<Enum, string> Names = new();

    public static JsonObject From(IMessage message)
    {
        var json = new JsonObject();
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (IsShown(field, message))
            {
                json[field.Name] = FieldValue(field, field.Accessor.GetValue(message));
            }
        }

        return json;
    }

    /// <summary>SCORE_BAND_EXCELLENT of ScoreBand becomes EXCELLENT.</summary>
    public static string Name(Enum value) =>
        Names.GetOrAdd(
            value,
            static value =>
            {
                var type = value.GetType();
                var member = type.GetField(value.ToString());
                var full = member?.GetCustomAttribute<OriginalNameAttribute>()?.Name;
                if (full is null)
                {
                    return value.ToString();
                }

                var prefix = EnumPrefix(type.Name);
                return full.StartsWith(prefix, StringComparison.Ordinal) ? full[prefix.Length..] : full;
            }
        );

    public static string? Time(Timestamp? time) => time?.ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'");

    private static string EnumPrefix(string typeName) =>
        string.Concat(typeName.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString())) + "_";

    /// <summary>Absent messages and unset cases of a oneof are left out; plain fields always appear.</summary>
    private static bool IsShown(FieldDescriptor field, IMessage message) =>
        field.IsRepeated || field.IsMap || !field.HasPresence || field.Accessor.HasValue(message);

    private static JsonNode? FieldValue(FieldDescriptor field, object? value)
    {
        if (value is IDictionary map)
        {
            return new JsonObject(map.Keys.Cast<object>().Select(key => KeyValuePair.Create(key.ToString()!, Single(map[key]))));
        }

        return field.IsRepeated ? new JsonArray([.. ((IEnumerable)value!).Cast<object>().Select(Single)]) : Single(value);
    }

    private static JsonNode? Single(object? value) =>
        value switch
        {
            null => null,
            Timestamp time => JsonValue.Create(Time(time)),
            Duration duration => JsonValue.Create(duration.Seconds + (duration.Nanos / 1e9)),
            IMessage message => From(message),
            Enum name => JsonValue.Create(Name(name)),
            ByteString bytes => JsonValue.Create(bytes.ToBase64()),
            bool flag => JsonValue.Create(flag),
            int number => JsonValue.Create(number),
            long number => JsonValue.Create(number),
            _ => JsonValue.Create(value.ToString()),
        };
}
