using System.Reflection;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using SesameGrpc.Gateway.HttpJson;
using SesameGrpc.Gateway.Pipeline;
using static SesameGrpc.Contracts.DescribedContracts;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace SesameGrpc.Gateway.OpenApi;

/// <summary>Describes the partners' methods over HTTP+JSON as OpenAPI 3.1: from the contracts' HTTP rules and comments, and the policy table's scopes.</summary>
internal sealed class OpenApiDocument
{
    private const string Package = "sesame.partner.v1";
    private const string Certificate = "certificate";
    private const string Token = "token";

    private readonly OpenApiSchemas schemas = new();
    private readonly JsonObject paths = [];
    private readonly JsonArray tags = [];

    private OpenApiDocument() { }

    /// <summary>The document of a gateway whose partner listener has this address, and whose token issuer has this metadata.</summary>
    public static JsonObject Create(string partnerUrl, string issuerMetadata)
    {
        var document = new OpenApiDocument();
        var files = Files().Where(file => file.Package == Package).ToList();
        foreach (var service in files.SelectMany(file => file.Services))
        {
            document.Add(service);
        }

        var reasons = files.SelectMany(file => file.EnumTypes).Single(type => type.Name == "ErrorReason");
        OpenApiErrors.AddTo(document.schemas.Components, reasons);
        return document.Assemble(partnerUrl, issuerMetadata);
    }

    private JsonObject Assemble(string partnerUrl, string issuerMetadata) =>
        new()
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "SesameGrpc for partners",
                ["version"] = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3),
                ["description"] =
                    "The partners' methods of the gateway over HTTP and JSON (ProtoJSON): the same checks, answers and errors as over gRPC. A connection shows the partner's client certificate; a call "
                    + "has an access token that is bound to it. What is empty is left out of an answer. Field names are taken in lowerCamelCase and in snake_case.",
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = partnerUrl, ["description"] = "Partner listener, mutual TLS." }),
            ["tags"] = tags,
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.Components,
                ["parameters"] = new JsonObject { ["Deadline"] = Deadline() },
                ["responses"] = new JsonObject { ["Error"] = OpenApiErrors.Response() },
                ["securitySchemes"] = new JsonObject
                {
                    [Certificate] = new JsonObject
                    {
                        ["type"] = "mutualTLS",
                        ["description"] = "The partner's client certificate, at the token endpoint and at each call.",
                    },
                    [Token] = new JsonObject
                    {
                        ["type"] = "openIdConnect",
                        ["openIdConnectUrl"] = issuerMetadata,
                        ["description"] =
                            "A Bearer token of the grant client_credentials, from mtls_endpoint_aliases.token_endpoint of the issuer's metadata; it works with the certificate alone that it was requested with (RFC 8705).",
                    },
                },
            },
        };

    private void Add(ServiceDescriptor service)
    {
        tags.Add(new JsonObject { ["name"] = service.Name, ["description"] = CommentOf(service) });
        foreach (var method in service.Methods)
        {
            foreach (var route in HttpRoute.Of(method))
            {
                var path = route.PathFields.Aggregate(
                    route.Path,
                    (text, field) => text.Replace($"{{{field}}}", $"{{{NameOf(method, field)}}}")
                );
                var verbs = paths[path] ??= new JsonObject();
                verbs[route.Verb.ToLowerInvariant()] = Operation(route);
            }
        }
    }

    private JsonObject Operation(HttpRoute route)
    {
        var method = route.Method;
        var policy = MethodPolicies.Find($"{method.Service.FullName}/{method.Name}")!;
        var answer = new JsonObject
        {
            ["description"] = CommentOf(method.OutputType),
            ["content"] = Json(schemas.Reference(method.OutputType)),
        };
        if (policy.Effect == Effect.Mutation)
        {
            answer["headers"] = new JsonObject
            {
                ["sesame-replayed-from"] = Header("On a repetition: when the first answer was given.", "date-time"),
            };
        }

        var operation = new JsonObject
        {
            ["operationId"] = route.Name,
            ["tags"] = new JsonArray(method.Service.Name),
            ["summary"] = Words(route.Name),
            ["description"] = CommentOf(method),
            ["security"] = new JsonArray(new JsonObject { [Certificate] = new JsonArray(), [Token] = new JsonArray(policy.Scope) }),
            ["parameters"] = Parameters(route),
        };
        if (route.HasBody)
        {
            operation["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["content"] = Json(
                    route.PathFields.Count == 0
                        ? schemas.Reference(method.InputType)
                        : schemas.Message(method.InputType, route.PathFields.ToHashSet())
                ),
            };
        }

        operation["responses"] = new JsonObject
        {
            ["200"] = answer,
            ["default"] = new JsonObject { ["$ref"] = "#/components/responses/Error" },
        };
        return operation;
    }

    private JsonArray Parameters(HttpRoute route)
    {
        var fields = route.PathFields.Select(field => Parameter("path", FieldOf(route.Method, field)));
        var query = route.QueryFields.Select(field => Parameter("query", field));
        return [.. fields, .. query, new JsonObject { ["$ref"] = "#/components/parameters/Deadline" }];
    }

    private JsonObject Parameter(string place, FieldDescriptor field)
    {
        var schema = schemas.Field(field);
        var text = (string)schema["description"]!;
        schema.Remove("description");
        schema.Remove("readOnly");
        return new JsonObject
        {
            ["name"] = field.JsonName,
            ["in"] = place,
            ["required"] = place == "path",
            ["description"] = text,
            ["schema"] = schema,
        };
    }

    // "OpenVisit" becomes "Open visit".
    private static string Words(string name) =>
        name[0] + string.Concat(name.Skip(1).Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));

    private static JsonObject Deadline() =>
        new()
        {
            ["name"] = "grpc-timeout",
            ["in"] = "header",
            ["description"] =
                "Longest time that the call may take, as gRPC writes it: `5S` is five seconds, `500m` half a second. Else the gateway's default.",
            ["schema"] = new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]{1,8}[HMSmun]$" },
        };

    private static JsonObject Header(string description, string format) =>
        new()
        {
            ["description"] = description,
            ["schema"] = new JsonObject { ["type"] = "string", ["format"] = format },
        };

    private static JsonObject Json(JsonObject schema) => new() { ["application/json"] = new JsonObject { ["schema"] = schema } };

    private static string NameOf(MethodDescriptor method, string path) => FieldOf(method, path).JsonName;

    // "webhook_endpoint.webhook_endpoint_id" is a field of a field.
    private static FieldDescriptor FieldOf(MethodDescriptor method, string path)
    {
        var parts = path.Split('.');
        var type = parts[..^1].Aggregate(method.InputType, (message, part) => message.FindFieldByName(part).MessageType);
        return type.FindFieldByName(parts[^1]);
    }
}
