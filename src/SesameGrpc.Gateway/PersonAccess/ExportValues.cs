using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using Enum = System.Enum;

namespace SesameGrpc.Gateway.PersonAccess;

/// <summary>How times, names and lists stand in an export.</summary>
internal static class ExportValues
{
    public static void WriteTime(this Utf8JsonWriter json, string name, long? micros) =>
        json.WriteTime(name, micros is { } known ? Instants.ToTimestamp(known) : null);

    public static void WriteTime(this Utf8JsonWriter json, string name, Timestamp? time) =>
        json.WriteString(name, time?.ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"));

    public static void WriteName(this Utf8JsonWriter json, string name, Enum value) => json.WriteString(name, ContractName.Of(value));

    public static void WriteNameOrNull(this Utf8JsonWriter json, string name, Enum value, bool isNull) =>
        json.WriteString(name, isNull ? null : ContractName.Of(value));

    public static void WriteNames<TEnum>(this Utf8JsonWriter json, string name, IEnumerable<TEnum> values)
        where TEnum : struct, Enum => json.WriteTexts(name, values.Select(value => ContractName.Of(value)));

    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, int? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
