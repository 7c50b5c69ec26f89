using Grpc.Core;

namespace SesameGrpc.Soak.Kill;

/// <summary>One request as a careful client keeps it: written down before it is sent, its answer when it comes. Bytes as they are on the wire.</summary>
internal sealed class JournaledCall(string caller, string method, string requestId, byte[] request)
{
    private static readonly Marshaller<byte[]> Bytes = new(bytes => bytes, bytes => bytes);

    /// <summary>The caller as the gateway's records know it.</summary>
    public string Caller { get; } = caller;

    /// <summary>"package.Service/Method".</summary>
    public string Method { get; } = method;

    public string RequestId { get; } = requestId;

    public byte[] Request { get; } = request;

    /// <summary>The first answer; null: none has come.</summary>
    public byte[]? Answer { get; set; }

    /// <summary>Why it was refused, if it was: it has no effect.</summary>
    public string? Refusal { get; set; }

    public bool IsPending => Answer is null && Refusal is null;

    public int TimesSent { get; set; }

    /// <summary>Sent twice at the same moment, so that the marked answer may come before the first one.</summary>
    public bool IsTwin { get; set; }

    /// <summary>Whether an answer has come that was not marked as replayed.</summary>
    public bool HasUnmarkedAnswer { get; set; }

    public override string ToString() => $"{Method} {RequestId} of {Caller}";

    /// <summary>The method as gRPC names it, without interpreting messages.</summary>
    public Method<byte[], byte[]> AsMethod()
    {
        var slash = Method.IndexOf('/', StringComparison.Ordinal);
        return new Method<byte[], byte[]>(MethodType.Unary, Method[..slash], Method[(slash + 1)..], Bytes, Bytes);
    }
}
