using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Pipeline;

/// <summary>Callers who want the gateway's memory or its patience. By itself: what other tests allocate would be counted.</summary>
[Collection(nameof(ExhaustionTests))]
[CollectionDefinition(nameof(ExhaustionTests), DisableParallelization = true)]
public sealed class ExhaustionTests
{
    private const string Lookup = "/sesame.partner.v1.CreditScoreService/GetCreditScore";

    [Fact]
    public async Task Message_ThatInflatesBeyondTheLimit_IsTooLarge()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var message = new GetCreditScoreRequest { Subject = new string('a', 64 * 1024 * 1024) }.ToByteArray();
        using var deflated = new MemoryStream();
        using (var gzip = new GZipStream(deflated, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(message);
        }

        using var content = new ByteArrayContent(Frame(deflated.ToArray(), isCompressed: 1));
        var before = GC.GetTotalAllocatedBytes();
        var status = await SendAsync(gateway, Lookup, content, request => request.Headers.Add("grpc-encoding", "gzip"));

        Assert.Equal((StatusCode.ResourceExhausted, "MESSAGE_TOO_LARGE"), status);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 32 * 1024 * 1024);
    }

    [Fact]
    public async Task Message_Compressed_IsRead()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var deflated = new MemoryStream();
        using (var gzip = new GZipStream(deflated, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(new GetCreditScoreRequest { Subject = "nobody" }.ToByteArray());
        }

        using var content = new ByteArrayContent(Frame(deflated.ToArray(), isCompressed: 1));

        Assert.Equal(
            (StatusCode.NotFound, "RESOURCE_NOT_FOUND"),
            await SendAsync(gateway, Lookup, content, request => request.Headers.Add("grpc-encoding", "gzip"))
        );
    }

    [Fact]
    public async Task Message_ThatNeverComes_EndsWithTheDeadline()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var content = new StalledContent("application/grpc", [0, 0, 0]);

        Assert.Equal(
            (StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED"),
            await SendAsync(gateway, Lookup, content, request => request.Headers.Add("grpc-timeout", "500m"))
        );
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task TokenRequest_LargerThanAnyTokenRequest_IsRefused(string version)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = new HttpClient(gateway.Handler(SelfMade()));
        using var content = new FormUrlEncodedContent(
            Enumerable.Range(0, 10).Select(index => new KeyValuePair<string, string>($"field{index}", new string('a', 4_000)))
        );
        using var request = TokenRequest(gateway, version, content);

        try
        {
            using var response = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }
        catch (HttpRequestException exception) when (exception.InnerException is IOException)
        {
            // The connection was closed while the client was still sending; that refuses it as well.
        }
    }

    [Fact]
    public async Task TokenRequest_ThatNeverEnds_IsEnded()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = new HttpClient(gateway.Handler(SelfMade()));
        using var content = new StalledContent("application/x-www-form-urlencoded", "grant_type=client_cre"u8.ToArray());
        using var request = TokenRequest(gateway, "2.0", content);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        try
        {
            using var response = await http.SendAsync(request, patience.Token);
            Assert.Equal(HttpStatusCode.RequestTimeout, response.StatusCode);
        }
        catch (Exception exception)
            when (exception is HttpRequestException or OperationCanceledException && !patience.IsCancellationRequested)
        {
            // The stream was reset, or the connection closed; that ends it as well.
        }
    }

    private static HttpRequestMessage TokenRequest(GatewayUnderTest gateway, string version, HttpContent content) =>
        new(HttpMethod.Post, new Uri(gateway.PartnerUrl, "/connect/token"))
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };

    // The handshake takes any certificate; this one is known to nobody.
    private static X509Certificate2 SelfMade()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=nobody", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static byte[] Frame(byte[] message, byte isCompressed)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = isCompressed;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private static async Task<(StatusCode Code, string Reason)> SendAsync(
        GatewayUnderTest gateway,
        string path,
        HttpContent content,
        Action<HttpRequestMessage> complete
    )
    {
        var bike = await gateway.ConnectAsync("bike");
        using var http = new HttpClient(gateway.Handler(bike.Certificate));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.PartnerUrl, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bike.Token);
        request.Headers.Add("TE", "trailers");
        complete(request);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var response = await http.SendAsync(request, patience.Token);
        await response.Content.ReadAsByteArrayAsync(patience.Token);
        var fields = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : (HttpHeaders)response.Headers;
        var encoded = fields.GetValues("grpc-status-details-bin").Single();
        var status = Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '=')));
        return ((StatusCode)status.Code, status.Details.Single(detail => detail.Is(ErrorInfo.Descriptor)).Unpack<ErrorInfo>().Reason);
    }

    /// <summary>A body that begins and never ends.</summary>
    private sealed class StalledContent : HttpContent
    {
        private readonly byte[] beginning;

        public StalledContent(string type, byte[] beginning)
        {
            this.beginning = beginning;
            Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(beginning, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
