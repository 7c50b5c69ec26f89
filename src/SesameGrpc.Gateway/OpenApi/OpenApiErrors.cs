using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.OpenApi;

/// <summary>Describes what a refused call is answered with: see <see cref="StatusJson"/>.</summary>
internal static class OpenApiErrors
{
    private const string Prefix = "ERROR_REASON_";

    public static JsonObject Response() =>
        new()
        {
            ["description"] =
                "The call is refused; the `ErrorInfo` among the details has the reason, the `Help` a link to its cause and fix.",
            ["headers"] = new JsonObject
            {
                ["Retry-After"] = new JsonObject
                {
                    ["description"] = "Seconds to wait before the same request is sent again; where that can help.",
                    ["schema"] = new JsonObject { ["type"] = "integer" },
                },
            },
            ["content"] = new JsonObject
            {
                ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Error" } },
            },
        };

    /// <summary>The body of a refusal, and the detail that has its reason.</summary>
    public static void AddTo(JsonObject schemas, EnumDescriptor reasons)
    {
        schemas["Error"] = Object(
            new JsonObject
            {
                ["error"] = Object(
                    new JsonObject
                    {
                        ["code"] = Of("integer", "HTTP status."),
                        ["message"] = Of("string", "One English sentence for developers. Decide by the reason, never by the message."),
                        ["status"] = Of("string", "Name of the google.rpc.Code: `NOT_FOUND`."),
                        ["details"] = new JsonObject
                        {
                            ["type"] = "array",
                            ["description"] =
                                "Messages of google.rpc, each with its type: always ErrorInfo, RequestInfo and Help; BadRequest, QuotaFailure and RetryInfo where they apply.",
                            ["items"] = new JsonObject
                            {
                                ["anyOf"] = new JsonArray(
                                    new JsonObject { ["$ref"] = "#/components/schemas/ErrorInfo" },
                                    Object(new JsonObject { ["@type"] = Of("string", "`type.googleapis.com/google.rpc.Help`.") })
                                ),
                            },
                        },
                    }
                ),
            }
        );
        schemas["ErrorInfo"] = Object(
            new JsonObject
            {
                ["@type"] = new JsonObject { ["const"] = "type.googleapis.com/google.rpc.ErrorInfo" },
                ["domain"] = new JsonObject { ["const"] = StatusDetails.Domain },
                ["reason"] = OpenApiSchemas.Enumeration(reasons, Prefix),
            }
        );
        schemas["ErrorInfo"]!["properties"]!["metadata"] = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = new JsonObject { ["type"] = "string" },
        };
    }

    private static JsonObject Object(JsonObject properties) =>
        new()
        {
            ["type"] = "object",
            ["required"] = new JsonArray([.. properties.Select(property => JsonValue.Create(property.Key))]),
            ["properties"] = properties,
        };

    private static JsonObject Of(string type, string description) => new() { ["type"] = type, ["description"] = description };
}
