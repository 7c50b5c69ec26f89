using System.Text.Json.Nodes;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.OpenApi;
using Xunit;

namespace SesameGrpc.Gateway.Tests.OpenApi;

public sealed class OpenApiDocumentTests
{
    private static readonly JsonObject Document = OpenApiDocument.Create(
        "https://partner.example",
        "https://issuer.example/.well-known/openid-configuration"
    );

    private static IEnumerable<JsonObject> Operations =>
        Document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(verb => verb.Value!.AsObject());

    [Fact]
    public void Operations_AllHaveACommentAScopeAndAnError()
    {
        Assert.NotEmpty(Operations);
        Assert.All(
            Operations,
            operation =>
            {
                Assert.NotEqual("", (string?)operation["description"]);
                Assert.NotEqual("", (string?)operation["security"]![0]!["token"]![0]);
                Assert.Empty(operation["security"]![0]!["certificate"]!.AsArray());
                Assert.Equal("#/components/responses/Error", (string?)operation["responses"]!["default"]!["$ref"]);
            }
        );
    }

    [Fact]
    public void Schemas_AndTheirFields_AllHaveAComment() =>
        Assert.All(
            Document["components"]!["schemas"]!.AsObject().Where(schema => schema.Key is not ("Error" or "ErrorInfo")),
            schema =>
            {
                Assert.NotEqual("", (string?)schema.Value!["description"]);
                Assert.All(
                    schema.Value["properties"]?.AsObject() ?? [],
                    field => Assert.NotEqual("", (string?)field.Value!["description"])
                );
            }
        );

    [Fact]
    public void Body_OfAPathWithFields_LeavesThemOut()
    {
        var operation = Document["paths"]!["/v1/visits/{visitId}/charges/{chargeId}:refund"]!["post"]!;
        var body = operation["requestBody"]!["content"]!["application/json"]!["schema"]!;

        Assert.Equal(
            ["path visitId", "path chargeId"],
            operation["parameters"]!.AsArray().Take(2).Select(field => $"{field!["in"]} {field["name"]}")
        );
        Assert.Equal(["requestId", "expectedRevision", "amount"], body["properties"]!.AsObject().Select(field => field.Key));
        Assert.Equal("""["requestId","amount"]""", body["required"]!.ToJsonString());
    }

    [Fact]
    public void Fields_HaveTheFormOfProtoJson()
    {
        var schemas = Document["components"]!["schemas"]!;

        Assert.Equal(
            "string int64",
            $"{schemas["Money"]!["properties"]!["minorUnits"]!["type"]} {schemas["Money"]!["properties"]!["minorUnits"]!["format"]}"
        );
        Assert.Equal("date-time", (string?)schemas["Visit"]!["properties"]!["openTime"]!["format"]);
        Assert.Equal("#/components/schemas/VisitState", (string?)schemas["Visit"]!["properties"]!["state"]!["$ref"]);
        Assert.DoesNotContain("VISIT_STATE_UNSPECIFIED", schemas["VisitState"]!["enum"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(
            """{"$ref":"#/components/schemas/AttributeValue"}""",
            schemas["OpenVisitRequest"]!["properties"]!["attributes"]!["additionalProperties"]!.ToJsonString()
        );
    }

    [Fact]
    public void Reasons_OfErrors_AreAllThereAre() =>
        Assert.Equal(
            ErrorReasonReflection.Descriptor.EnumTypes[0].Values.Skip(1).Select(value => value.Name["ERROR_REASON_".Length..]),
            Document["components"]!["schemas"]!["ErrorInfo"]!["properties"]!["reason"]!["enum"]!.AsArray().Select(name => (string?)name)
        );

    [Fact]
    public void Mutations_TellOfReplays()
    {
        Assert.NotNull(Document["paths"]!["/v1/visits"]!["post"]!["responses"]!["200"]!["headers"]!["sesame-replayed-from"]);
        Assert.Null(Document["paths"]!["/v1/visits"]!["get"]!["responses"]!["200"]!["headers"]);
    }
}
