using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.HttpJson;

/// <summary>Serves one unary method at one of its routes: the request from path, query and a JSON body, the answer as JSON (ProtoJSON both ways).</summary>
internal sealed class JsonEndpoint<TRequest, TResponse>(
    HttpRoute route,
    IMethod method,
    UnaryServerMethod<TRequest, TResponse> handler,
    CallAudit audit,
    CallRefusals refusals
) : UnaryEndpoint<TRequest, TResponse>(method, handler, audit, refusals)
    where TRequest : class
    where TResponse : class
{
    private const string JsonType = "application/json";

    protected override async ValueTask<TRequest> ReadAsync(Call call)
    {
        var http = call.Http.Request;
        var address = AddressFields.Read(http, route);
        if (!route.HasBody)
        {
            return (TRequest)address;
        }

        if (!IsJson(http))
        {
            throw new RefusalException(Refuse.FormUnsupported($"{JsonType} in UTF-8, not compressed"));
        }

        var request = JsonMessage.Read(await ReadBodyAsync(call), route.Method.InputType, route.PathFields);
        request.MergeFrom(address.ToByteArray());
        return (TRequest)request;
    }

    protected override Task AnswerAsync(HttpResponse http, TResponse response) =>
        StatusJson.SendAsync(http, Encoding.UTF8.GetBytes(JsonFormatter.Default.Format((IMessage)response)));

    private static bool IsJson(HttpRequest http) =>
        MediaTypeHeaderValue.TryParse(http.ContentType, out var type)
        && string.Equals(type.MediaType, JsonType, StringComparison.OrdinalIgnoreCase)
        && type.CharSet?.Trim('"').ToUpperInvariant() is null or "UTF-8"
        && http.Headers.ContentEncoding.Count == 0;

    // JSON is longer than protobuf, but no request of a partner comes near the limit; so it is the same.
    private static async ValueTask<string> ReadBodyAsync(Call call)
    {
        var reader = call.Http.Request.BodyReader;
        var read = await reader.ReadAtLeastAsync(MessageLimits.Usual + 1, call.Aborted);
        if (read.IsCanceled)
        {
            throw new OperationCanceledException(call.Aborted);
        }

        if (read.Buffer.Length > MessageLimits.Usual)
        {
            throw new RefusalException(Refuse.MessageTooLarge(MessageLimits.Usual));
        }

        try
        {
            return JsonMessage.Utf8.GetString(read.Buffer);
        }
        catch (DecoderFallbackException)
        {
            throw new RefusalException(Refuse.JsonMalformed("it is not UTF-8"));
        }
        finally
        {
            reader.AdvanceTo(read.Buffer.End);
        }
    }
}
