using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Microsoft.AspNetCore.Http.Features;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Refusals;

/// <summary>The one place where a refusal becomes a google.rpc.Status and a gRPC status on the wire (AIP-193).</summary>
internal sealed class StatusDetails(string publicUrl)
{
    /// <summary>Domain of every ErrorInfo.</summary>
    public const string Domain = "sesamegrpc";

    private static readonly Dictionary<ErrorReason, string> ReasonNames = ErrorReasonReflection
        .Descriptor.EnumTypes[0]
        .Values.ToDictionary(value => (ErrorReason)value.Number, value => value.Name["ERROR_REASON_".Length..]);

    public static string NameOf(ErrorReason reason) => ReasonNames[reason];

    /// <summary>The complete status: ErrorInfo, the refusal's own details, RequestInfo and a Help link.</summary>
    public Google.Rpc.Status ToStatus(Refusal refusal, string requestId)
    {
        var reason = NameOf(refusal.Reason);
        var info = new ErrorInfo { Domain = Domain, Reason = reason };
        foreach (var (key, value) in refusal.Metadata)
        {
            info.Metadata[key] = value;
        }

        if (refusal.Reason == ErrorReason.ResourceNotFound)
        {
            // Always, so that it does not tell whether a consent is what is missing.
            info.Metadata["consent_metadata"] = $"{publicUrl}/.well-known/oauth-authorization-server";
        }

        var help = new Help
        {
            Links =
            {
                new Help.Types.Link { Description = $"Cause and fix of {reason}", Url = $"{publicUrl}/errors/{reason}" },
            },
        };
        var status = new Google.Rpc.Status
        {
            Code = (int)refusal.Code,
            Message = refusal.Message,
            Details = { Any.Pack(info) },
        };
        status.Details.Add(refusal.Details.Select(Any.Pack));
        status.Details.Add(Any.Pack(new RequestInfo { RequestId = requestId }));
        status.Details.Add(Any.Pack(help));
        return status;
    }

    /// <summary>Answers a call with the status alone: in trailers, or where there is no response yet in its headers (a "Trailers-Only" response of the gRPC protocol).</summary>
    public void Write(Microsoft.AspNetCore.Http.HttpResponse response, Refusal refusal, string requestId)
    {
        if (response.HasStarted)
        {
            Write(response.HttpContext.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers, ToStatus(refusal, requestId));
            return;
        }

        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        Write(response.Headers, ToStatus(refusal, requestId));
    }

    /// <summary>Answers a request that is not a gRPC call: the same status as JSON (AIP-193, "HTTP/1.1+JSON representation").</summary>
    public Task WriteJsonAsync(Microsoft.AspNetCore.Http.HttpResponse response, Refusal refusal, string requestId) =>
        StatusJson.WriteAsync(response, refusal, ToStatus(refusal, requestId));

    /// <summary>Sets the three gRPC status fields on headers or trailers.</summary>
    public static void Write(IHeaderDictionary target, Google.Rpc.Status status)
    {
        target["grpc-status"] = status.Code.ToString();
        target["grpc-message"] = PercentEncode(status.Message);
        target["grpc-status-details-bin"] = Convert.ToBase64String(status.ToByteArray()).TrimEnd('=');
    }

    // Percent-encoding of Status-Message: printable ASCII but for '%' stands for itself (gRPC over HTTP/2, "Responses").
    private static string PercentEncode(string message)
    {
        var encoded = new StringBuilder(message.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(message))
        {
            _ = octet is >= 0x20 and <= 0x7E and not (byte)'%' ? encoded.Append((char)octet) : encoded.Append($"%{octet:X2}");
        }

        return encoded.ToString();
    }
}
