using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.WebUtilities;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.HttpJson;

/// <summary>What a call's address says of its request: fields in the path and in the query.</summary>
internal static class AddressFields
{
    public static IMessage Read(HttpRequest http, HttpRoute route)
    {
        var stated = new JsonObject();
        foreach (var (field, value) in http.RouteValues)
        {
            Nest(stated, field.Split('.'), (string)value!);
        }

        var faults = new List<KeyValuePair<string, string>>();
        foreach (var pair in new QueryStringEnumerable(http.QueryString.Value))
        {
            if (Add(stated, route, pair.DecodeName().ToString(), pair.DecodeValue().ToString()) is { } fault)
            {
                faults.Add(fault);
            }
        }

        return faults.Count == 0
            ? JsonMessage.Read(stated.ToJsonString(), route.Method.InputType, [])
            : throw new RefusalException(Refuse.Fields(faults));
    }

    private static void Nest(JsonObject parent, ReadOnlySpan<string> path, string value)
    {
        if (path.Length == 1)
        {
            parent[path[0]] = value;
            return;
        }

        if (parent[path[0]] is not JsonObject child)
        {
            parent[path[0]] = child = [];
        }

        Nest(child, path[1..], value);
    }

    private static KeyValuePair<string, string>? Add(JsonObject stated, HttpRoute route, string name, string value)
    {
        var field = JsonMessage.FindField(route.Method.InputType, name);
        if (field is null || !route.QueryFields.Contains(field))
        {
            return new(name, FaultOf(field, route));
        }

        if (!field.IsRepeated && stated.ContainsKey(field.Name))
        {
            return new(field.Name, "is stated twice");
        }

        var text = JsonOf(field, value);
        if (field.IsRepeated)
        {
            (stated[field.Name] ??= new JsonArray()).AsArray().Add(text);
        }
        else
        {
            stated[field.Name] = text;
        }

        return null;
    }

    // ProtoJSON takes numbers in quotes, but not truth values.
    private static JsonValue JsonOf(FieldDescriptor field, string value) =>
        field.FieldType == FieldType.Bool && bool.TryParse(value, out var flag) ? JsonValue.Create(flag) : JsonValue.Create(value);

    private static string FaultOf(FieldDescriptor? field, HttpRoute route) =>
        field is not null && HttpRoute.IsPerson(field)
            ? "names a person, who is in no address; send it in a body, with POST"
            : $"is no query parameter of {route.Verb} {route.Path}";
}
