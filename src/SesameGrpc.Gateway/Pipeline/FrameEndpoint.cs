using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>Serves one unary method as gRPC: one length-prefixed message each way, the status in a trailer.</summary>
internal sealed class FrameEndpoint<TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    UnaryServerMethod<TRequest, TResponse> handler,
    CallAudit audit,
    CallRefusals refusals
) : UnaryEndpoint<TRequest, TResponse>(method, handler, audit, refusals)
    where TRequest : class
    where TResponse : class
{
    private const int HeaderBytes = 5;

    // Most messages have come whole with their headers.
    protected override ValueTask<TRequest> ReadAsync(Call call)
    {
        var http = call.Http.Request;
        if (!HttpProtocol.IsHttp2(http.Protocol) || !CallRefusals.IsGrpc(http))
        {
            throw new RefusalException(Refuse.FormUnsupported("application/grpc over HTTP/2"));
        }

        return http.BodyReader.TryRead(out var result) && Take(call, result) is { } request ? new(request) : ReadRestAsync(call);
    }

    protected override async Task AnswerAsync(HttpResponse http, TResponse response)
    {
        http.ContentType = CallRefusals.GrpcContentType;
        await http.StartAsync();
        Write(http, (IMessage)response);
    }

    private async ValueTask<TRequest> ReadRestAsync(Call call)
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
