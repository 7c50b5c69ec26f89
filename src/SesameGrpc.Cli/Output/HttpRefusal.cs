using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;

namespace SesameGrpc.Cli.Output;

/// <summary>Reads a refusal of an HTTP answer: the JSON form of google.rpc.Status (AIP-193).</summary>
internal static class HttpRefusal
{
    private static readonly JsonParser Details = new(
        JsonParser.Settings.Default.WithTypeRegistry(TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor))
    );

    /// <summary>The same as the exception of a gRPC call would be; null: the text is no refusal of a gateway.</summary>
    public static RpcException? Of(string json)
    {
        try
        {
            var error = JsonNode.Parse(json)!["error"]!;
            error["code"] = CodeReflection.Descriptor.EnumTypes[0].FindValueByName((string)error["status"]!).Number;
            error.AsObject().Remove("status");
            return Details.Parse<Google.Rpc.Status>(error.ToJsonString()).ToRpcException();
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or NullReferenceException or InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
