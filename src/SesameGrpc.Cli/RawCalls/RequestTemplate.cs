using System.Text;
using Google.Api;
using Google.Protobuf.Reflection;

namespace SesameGrpc.Cli.RawCalls;

/// <summary>An example of a request: every field that a caller may set, above each what the contract says of it; `sesame call` takes it as it is.</summary>
internal sealed class RequestTemplate(bool withComments)
{
    // Conditions contain conditions.
    private const int Deepest = 4;

    private readonly StringBuilder text = new();

    public static string Of(MessageDescriptor type, bool withComments)
    {
        var template = new RequestTemplate(withComments);
        template.WriteMessage(type, 1);
        return template.text.ToString();
    }

    private void WriteMessage(MessageDescriptor type, int depth)
    {
        var fields = type.Fields.InDeclarationOrder().Where(IsForCallers).Where(IsFirstOfItsChoice).ToList();
        text.Append('{');
        foreach (var field in depth > Deepest ? [] : fields)
        {
            WriteComment(field, depth);
            NewLine(depth).Append('"').Append(field.Name).Append("\": ");
            WriteField(field, depth);
            text.Append(field == fields[^1] ? "" : ",");
        }

        if (fields.Count > 0 && depth <= Deepest)
        {
            NewLine(depth - 1);
        }

        text.Append('}');
    }

    private void WriteComment(FieldDescriptor field, int depth)
    {
        if (!withComments)
        {
            return;
        }

        NewLine(depth).Append("// ").Append(IsRequired(field) ? "Required. " : "").Append(ContractComments.Of(field));
        if (field.FieldType == FieldType.Enum)
        {
            NewLine(depth).Append("// One of ").AppendJoin(", ", Names(field.EnumType)).Append('.');
        }

        if (field.RealContainingOneof is { } choice)
        {
            NewLine(depth).Append("// One of ").AppendJoin(", ", choice.Fields.Select(member => member.Name)).Append(", not several.");
        }
    }

    private void WriteField(FieldDescriptor field, int depth)
    {
        if (field.IsMap)
        {
            text.Append("{ \"\": ");
            WriteSingle(field.MessageType.FindFieldByNumber(2), depth);
            text.Append(" }");
        }
        else if (field.IsRepeated)
        {
            text.Append('[');
            WriteSingle(field, depth);
            text.Append(']');
        }
        else
        {
            WriteSingle(field, depth);
        }
    }

    private void WriteSingle(FieldDescriptor field, int depth)
    {
        switch (field.FieldType)
        {
            case FieldType.Message:
                WriteNested(field.MessageType, depth);
                break;
            case FieldType.Enum:
                text.Append('"').Append(Names(field.EnumType).FirstOrDefault()).Append('"');
                break;
            case FieldType.String or FieldType.Bytes:
                text.Append("\"\"");
                break;
            case FieldType.Bool:
                text.Append("false");
                break;
            default:
                text.Append('0');
                break;
        }
    }

    private void WriteNested(MessageDescriptor type, int depth)
    {
        switch (type.FullName)
        {
            case "google.protobuf.Timestamp":
                text.Append("\"2026-01-31T08:00:00Z\"");
                break;
            case "google.protobuf.Duration":
                text.Append("\"3600s\"");
                break;
            case "google.protobuf.FieldMask":
                text.Append("\"\"");
                break;
            default:
                WriteMessage(type, depth + 1);
                break;
        }
    }

    private StringBuilder NewLine(int depth) => text.Append('\n').Append(' ', 2 * depth);

    private static IEnumerable<string> Names(EnumDescriptor type) =>
        type.Values.Skip(1).Select(value => value.Name.Replace(RequestJson.Prefix(type), "", StringComparison.Ordinal));

    private static bool IsForCallers(FieldDescriptor field) => !Is(field, FieldBehavior.OutputOnly);

    private static bool IsRequired(FieldDescriptor field) => Is(field, FieldBehavior.Required);

    private static bool IsFirstOfItsChoice(FieldDescriptor field) =>
        field.RealContainingOneof is not { } choice || choice.Fields[0] == field;

    private static bool Is(FieldDescriptor field, FieldBehavior behaviour) =>
        field.GetOptions()?.GetExtension(FieldBehaviorExtensions.FieldBehavior)?.Contains(behaviour) == true;
}
