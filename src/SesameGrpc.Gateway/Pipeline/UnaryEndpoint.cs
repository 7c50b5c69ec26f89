using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>
/// Serves one unary method on the HTTP request itself: reads its message, asks the service, sees to it that the audit log has the call's entries, and only then answers. The gRPC framework
/// serves the streams; a unary call through it would pay for a scope, an interceptor and a deadline that it does not need.
/// </summary>
internal sealed class UnaryEndpoint<TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    UnaryServerMethod<TRequest, TResponse> handler,
    CallAudit audit,
    CallRefusals refusals
)
    where TRequest : class
    where TResponse : class
{
    private const int HeaderBytes = 5;

    public async Task InvokeAsync(HttpContext http)
    {
        var call = http.Features.Get<Call>()!;
        if (!IsGrpc(http))
        {
            return;
        }

        try
        {
            var request = TryRead(call) ?? await ReadAsync(call);
            var context = new UnaryContext(call, method);
            TResponse response;
            do
            {
                // A handler that discloses changes nothing, so it may be asked again when a consent has ended meanwhile.
                call.Reliances.Clear();
                response = await handler(request, context);
            } while (!await audit.MayAnswerAsync(call, await audit.AppendAsync(call)));

            if (!http.Response.HasStarted)
            {
                http.Response.ContentType = CallRefusals.ContentType;
                await http.Response.StartAsync();
            }

            Write(http.Response, (IMessage)response);
            call.Status = StatusCode.OK;
        }
        catch (Exception exception)
        {
            await refusals.AnswerAsync(call, exception);
        }
    }

    // Anything else is answered as the framework answers it: 426 and 415 of HTTP (gRPC over HTTP/2, "Requests").
    private static bool IsGrpc(HttpContext http)
    {
        http.Response.StatusCode =
            !HttpProtocol.IsHttp2(http.Request.Protocol) ? StatusCodes.Status426UpgradeRequired
            : http.Request.ContentType?.StartsWith(CallRefusals.ContentType, StringComparison.OrdinalIgnoreCase) != true
                ? StatusCodes.Status415UnsupportedMediaType
            : StatusCodes.Status200OK;
        return http.Response.StatusCode == StatusCodes.Status200OK;
    }

    // Most messages have come whole with their headers.
    private TRequest? TryRead(Call call) => call.Http.Request.BodyReader.TryRead(out var result) ? Take(call, result) : null;

    private async ValueTask<TRequest> ReadAsync(Call call)
    {
        while (true)
        {
            if (Take(call, await call.Http.Request.BodyReader.ReadAsync(call.Aborted)) is { } request)
            {
                return request;
            }
        }
    }

    // The message is complete when the client has ended its side; null: there is more to come.
    private TRequest? Take(Call call, ReadResult result)
    {
        var (reader, body) = (call.Http.Request.BodyReader, result.Buffer);
        if (body.Length >= HeaderBytes && LengthOf(body) > MessageLimits.Usual)
        {
            throw new RefusalException(Refuse.MessageTooLarge(MessageLimits.Usual));
        }

        if (result.IsCompleted)
        {
            var request = Parse(body, call.Http.Request.Headers["grpc-encoding"].ToString());
            reader.AdvanceTo(body.End);
            return request;
        }

        if (result.IsCanceled)
        {
            throw new OperationCanceledException(call.Aborted);
        }

        if (body.Length > HeaderBytes + MessageLimits.Usual)
        {
            throw new RefusalException(Refuse.MessageMalformed());
        }

        reader.AdvanceTo(body.Start, body.End);
        return null;
    }

    // Length-Prefixed-Message of the gRPC protocol: a byte that says whether it is compressed, four bytes of its length, the message.
    private TRequest Parse(ReadOnlySequence<byte> body, string encoding)
    {
        if (body.Length < HeaderBytes || LengthOf(body) != body.Length - HeaderBytes)
        {
            throw new RefusalException(Refuse.MessageMalformed());
        }

        var message = body.Slice(HeaderBytes);
        return method.RequestMarshaller.ContextualDeserializer(
            new UnaryPayload(body.FirstSpan[0] == 0 ? message : UnaryCompression.Expand(message, encoding))
        );
    }

    private static uint LengthOf(ReadOnlySequence<byte> body)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        body.Slice(0, HeaderBytes).CopyTo(header);
        return BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
    }

    private static void Write(HttpResponse http, IMessage response)
    {
        var size = response.CalculateSize();
        var frame = http.BodyWriter.GetSpan(HeaderBytes + size)[..(HeaderBytes + size)];
        frame[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(frame[1..], size);
        response.WriteTo(frame[HeaderBytes..]);
        http.BodyWriter.Advance(HeaderBytes + size);
        http.AppendTrailer("grpc-status", "0");
    }
}
