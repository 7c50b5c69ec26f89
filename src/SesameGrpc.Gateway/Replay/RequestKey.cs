using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Replay;

/// <summary>Names a mutation: the caller, the method and the request_id, with a hash of the body that came under it (AIP-155).</summary>
internal sealed record RequestKey(string Caller, string Method, string RequestId, byte[] BodyHash)
{
    /// <summary>Refuses a request_id that is missing or malformed.</summary>
    public static RequestKey Of(ServerCallContext context, string requestId, IMessage request)
    {
        if (!FieldCheck.IsVisibleText(requestId))
        {
            throw new RefusalException(
                Refuse.Field(
                    "request_id",
                    "must be 1 to 64 visible ASCII characters; make a UUID for every new request and keep it over retries"
                )
            );
        }

        var call = context.Call();
        call.RequestId = requestId;
        return new RequestKey(call.Caller, call.Method!, requestId, HashOf(request));
    }

    // Deterministic serialization sorts map entries, so that a retry is the same body whatever order its client wrote them in.
    internal static byte[] HashOf(IMessage request)
    {
        var bytes = new byte[request.CalculateSize()];
        using var output = new CodedOutputStream(bytes) { Deterministic = true };
        request.WriteTo(output);
        output.CheckNoSpaceLeft();
        return SHA256.HashData(bytes);
    }
}
