using System.Buffers;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using SesameGrpc.Contracts.Partner.V1;
using HttpResponse = Microsoft.AspNetCore.Http.HttpResponse;

namespace SesameGrpc.Gateway.Refusals;

/// <summary>A google.rpc.Status as an HTTP answer: {"error": {code, message, status, details}}, code being that of HTTP (AIP-193, "HTTP/1.1+JSON representation").</summary>
internal static class StatusJson
{
    private static readonly JsonFormatter Formatter = new(
        JsonFormatter.Settings.Default.WithTypeRegistry(TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor))
    );

    public static async Task WriteAsync(HttpResponse response, Refusal refusal, Google.Rpc.Status status)
    {
        response.StatusCode = HttpStatusOf(refusal);
        SetHeaders(response.Headers, refusal);
        var body = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteNumber("code", response.StatusCode);
        json.WriteString("message", status.Message);
        json.WriteString("status", ContractName.Of(refusal.Code));
        json.WriteStartArray("details");
        foreach (var detail in status.Details)
        {
            json.WriteRawValue(Formatter.Format(detail));
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync();
        await SendAsync(response, body.WrittenMemory);
    }

    /// <summary>Sends a JSON text, which may be about a person and so is kept nowhere on its way.</summary>
    public static Task SendAsync(HttpResponse response, ReadOnlyMemory<byte> json)
    {
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        response.Headers.CacheControl = "no-store";
        return response.Body.WriteAsync(json).AsTask();
    }

    /// <summary>As google.rpc.Code maps its codes to HTTP, but for what HTTP itself has a status for.</summary>
    public static int HttpStatusOf(Refusal refusal) =>
        refusal.Reason switch
        {
            ErrorReason.MethodUnknown when AllowOf(refusal) is not null => StatusCodes.Status405MethodNotAllowed,
            ErrorReason.MethodUnknown => StatusCodes.Status404NotFound,
            ErrorReason.EncodingUnsupported => StatusCodes.Status415UnsupportedMediaType,
            ErrorReason.MessageTooLarge => StatusCodes.Status413PayloadTooLarge,
            _ => HttpStatusOf(refusal.Code),
        };

    private static int HttpStatusOf(Code code) =>
        code switch
        {
            Code.InvalidArgument or Code.FailedPrecondition or Code.OutOfRange => StatusCodes.Status400BadRequest,
            Code.Unauthenticated => StatusCodes.Status401Unauthorized,
            Code.PermissionDenied => StatusCodes.Status403Forbidden,
            Code.NotFound => StatusCodes.Status404NotFound,
            Code.AlreadyExists or Code.Aborted => StatusCodes.Status409Conflict,
            Code.ResourceExhausted => StatusCodes.Status429TooManyRequests,
            Code.Cancelled => StatusCodes.Status499ClientClosedRequest,
            Code.Unimplemented => StatusCodes.Status501NotImplemented,
            Code.Unavailable => StatusCodes.Status503ServiceUnavailable,
            Code.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
            _ => StatusCodes.Status500InternalServerError,
        };

    // What clients of HTTP look for in headers: RFC 9110 sections 10.2.1, 10.2.3 and 11.6.1, RFC 6750 section 3.
    private static void SetHeaders(IHeaderDictionary headers, Refusal refusal)
    {
        headers.Allow = AllowOf(refusal);
        if (refusal.Code == Code.Unauthenticated)
        {
            headers.WWWAuthenticate = refusal.Reason == ErrorReason.TokenMissing ? "Bearer" : "Bearer error=\"invalid_token\"";
        }

        if (refusal.Details.OfType<RetryInfo>().FirstOrDefault() is { } retry)
        {
            headers.RetryAfter = Math.Ceiling(retry.RetryDelay.ToTimeSpan().TotalSeconds).ToString("0");
        }
    }

    private static string? AllowOf(Refusal refusal) => refusal.Metadata.FirstOrDefault(pair => pair.Key == Refuse.Allow).Value;
}
