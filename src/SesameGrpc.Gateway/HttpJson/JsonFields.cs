using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.HttpJson;

/// <summary>Compares the members of a JSON object with the fields of a message, and says of each that is wrong where it is and what it must be.</summary>
/// <param name="pathFields">Fields that the path has said already.</param>
/// <param name="withValues">Whether each value is tried for its field's type; else names alone are compared.</param>
internal sealed class JsonFields(IReadOnlyList<string> pathFields, bool withValues)
{
    private const int MostFaults = 20;
    private const int LongestName = 100;

    // Whole numbers above are rounded by much of what writes JSON (RFC 8259 section 6), and by what reads it here.
    private const double LargestExact = 9_007_199_254_740_991;

    private readonly List<KeyValuePair<string, string>> faults = [];

    /// <summary>Throws a <see cref="RefusalException"/> that names what is wrong; nothing: returns.</summary>
    public void Check(JsonElement message, MessageDescriptor type)
    {
        CheckMessage(message, type, "");
        if (faults.Count > 0)
        {
            throw new RefusalException(Refuse.Fields(faults));
        }
    }

    private void CheckMessage(JsonElement message, MessageDescriptor type, string path)
    {
        var seen = new HashSet<object>();
        foreach (var member in message.EnumerateObject())
        {
            if (JsonMessage.FindField(type, member.Name) is not { } field)
            {
                Require(false, path + member.Name, $"is no field of {type.Name}");
                continue;
            }

            var name = path + field.Name;
            Require(seen.Add(field), name, "is stated twice");
            Require(IsAlone(member.Value, field, seen), name, "is one of several, of which one alone is stated");
            Require(!pathFields.Contains(name, StringComparer.Ordinal), name, "is in the path, so leave it out of the body");
            CheckField(member.Value, field, name);
        }
    }

    private void CheckField(JsonElement value, FieldDescriptor field, string name)
    {
        if (field.IsMap && value.ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in value.EnumerateObject())
            {
                CheckOne(entry.Value, field, field.MessageType.FindFieldByNumber(2), $"{name}[{entry.Name}]");
            }
        }
        else if (field is { IsMap: false, IsRepeated: true } && value.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                CheckOne(item, field, field, $"{name}[{index++}]");
            }
        }
        else if (field.IsRepeated)
        {
            Require(value.ValueKind == JsonValueKind.Null, name, field.IsMap ? "must be an object" : "must be an array");
        }
        else if (value.ValueKind != JsonValueKind.Null)
        {
            CheckOne(value, field, field, name);
        }
    }

    private void CheckOne(JsonElement value, FieldDescriptor field, FieldDescriptor element, string name)
    {
        if (element.FieldType == FieldType.Message && !HasOwnForm(element.MessageType))
        {
            Require(value.ValueKind == JsonValueKind.Object, name, "must be an object");
            if (value.ValueKind == JsonValueKind.Object)
            {
                CheckMessage(value, element.MessageType, name + ".");
            }

            return;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            _ = value.GetString(); // throws for half of a surrogate pair
        }

        var isRounded =
            element.FieldType == FieldType.Int64
            && value.ValueKind == JsonValueKind.Number
            && !(Math.Abs(value.GetDouble()) <= LargestExact);
        if (isRounded)
        {
            Require(false, name, "must be in quotes, so that it is not rounded");
        }
        else if (withValues && !Fits(value, field))
        {
            Require(false, name, RuleOf(element));
        }
    }

    private void Require(bool holds, string name, string rule)
    {
        if (!holds && faults.Count < MostFaults)
        {
            faults.Add(new(name.Length <= LongestName ? name : name[..LongestName] + "...", rule));
        }
    }

    // Null is as if it were not stated.
    private static bool IsAlone(JsonElement value, FieldDescriptor field, HashSet<object> seen) =>
        value.ValueKind == JsonValueKind.Null || field.RealContainingOneof is not { } oneof || seen.Add(oneof);

    private static bool HasOwnForm(MessageDescriptor type) => type.File.Package == "google.protobuf";

    private static bool Fits(JsonElement value, FieldDescriptor field)
    {
        var raw = value.GetRawText();
        var wrapped =
            field.IsMap ? $"{{\"key\":{raw}}}"
            : field.IsRepeated ? $"[{raw}]"
            : raw;
        try
        {
            JsonParser.Default.Parse($"{{\"{field.Name}\":{wrapped}}}", field.ContainingType);
            return true;
        }
        catch (Exception exception) when (JsonMessage.IsFault(exception))
        {
            return false;
        }
    }

    private static string RuleOf(FieldDescriptor field) =>
        field.FieldType switch
        {
            FieldType.Bool => "must be true or false",
            FieldType.Int32 or FieldType.Int64 => "must be a whole number in the range of its type",
            FieldType.Enum => $"must be one of {string.Join(", ", field.EnumType.Values.Skip(1).Select(value => value.Name))}",
            FieldType.Message when field.MessageType.Name == "Timestamp" => "must be a time as in RFC 3339: \"2026-01-31T08:30:00Z\"",
            FieldType.Message when field.MessageType.Name == "Duration" => "must be seconds: \"3.5s\"",
            FieldType.Message => "must be names of fields with commas between: \"url,eventTypes\"",
            _ => "must be a text",
        };
}
