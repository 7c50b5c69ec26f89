using System.Buffers;
using System.IO.Compression;
using Grpc.Core;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>What a service sees of a unary call. Only what services of the gateway use is there.</summary>
internal sealed class UnaryContext(Call call, IMethod method) : ServerCallContext
{
    public Call Call { get; } = call;

    /// <summary>The context of another call, which is made within this one.</summary>
    public UnaryContext Within(Call other) => new(other, method);

    protected override string MethodCore => method.FullName;

    protected override string HostCore => Call.Http.Request.Host.Value ?? "";

    protected override string PeerCore => Call.Http.Connection.RemoteIpAddress?.ToString() ?? "";

    protected override DateTime DeadlineCore => DateTime.MaxValue;

    protected override Metadata RequestHeadersCore => throw new NotSupportedException();

    protected override CancellationToken CancellationTokenCore => Call.Aborted;

    protected override Metadata ResponseTrailersCore => throw new NotSupportedException();

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => throw new NotSupportedException();

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException();

    // They go out with the answer. A call that is made of several tells of the first that was answered before.
    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        foreach (var header in responseHeaders)
        {
            Call.Http.Response.Headers.TryAdd(header.Key, header.Value);
        }

        return Task.CompletedTask;
    }
}

/// <summary>A message as the generated code takes it.</summary>
internal sealed class UnaryPayload(ReadOnlySequence<byte> message) : DeserializationContext
{
    public override int PayloadLength => (int)message.Length;

    public override byte[] PayloadAsNewBuffer() => message.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => message;
}

/// <summary>Expands compressed messages: gzip, and no further than a message may be long.</summary>
internal static class UnaryCompression
{
    public static ReadOnlySequence<byte> Expand(ReadOnlySequence<byte> message, string encoding)
    {
        if (encoding != "gzip")
        {
            throw new RefusalException(Refuse.EncodingUnsupported());
        }

        var expanded = new byte[MessageLimits.Usual + 1];
        try
        {
            using var gzip = new GZipStream(new MemoryStream(message.ToArray()), CompressionMode.Decompress);
            var length = gzip.ReadAtLeast(expanded, expanded.Length, throwOnEndOfStream: false);
            return length <= MessageLimits.Usual
                ? new ReadOnlySequence<byte>(expanded, 0, length)
                : throw new RefusalException(Refuse.MessageTooLarge(MessageLimits.Usual));
        }
        catch (InvalidDataException)
        {
            throw new RefusalException(Refuse.MessageMalformed());
        }
    }
}
