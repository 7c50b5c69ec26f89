using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;

namespace SesameGrpc.TestSupport;

/// <summary>A call that no generated client would send, as a raw HTTP/2 request with a partner's certificate and token.</summary>
public static class RawCall
{
    /// <summary>The message behind the five bytes that gRPC puts before it.</summary>
    public static byte[] Frame(byte[] message, bool isCompressed = false)
    {
        ArgumentNullException.ThrowIfNull(message);
        var frame = new byte[5 + message.Length];
        frame[0] = isCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public static async Task<RefusedCall> SendAsync(
        GatewayUnderTest gateway,
        ConnectedPartner partner,
        string path,
        HttpContent content,
        params (string Name, string Value)[] headers
    )
    {
        ArgumentNullException.ThrowIfNull(gateway);
        ArgumentNullException.ThrowIfNull(partner);
        ArgumentNullException.ThrowIfNull(content);
        using var http = new HttpClient(gateway.Handler(partner.Certificate));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var url = new Uri(
            $"{gateway.PartnerUrl.ToString().TrimEnd('/')}{path}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", partner.Token);
        request.Headers.Add("TE", "trailers");
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await http.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        var fields = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : (HttpHeaders)response.Headers;
        var code = (StatusCode)int.Parse(fields.GetValues("grpc-status").Single());
        return RefusedCall.Of(code, StatusContract.Decode(fields.GetValues("grpc-status-details-bin").Single()));
    }
}
