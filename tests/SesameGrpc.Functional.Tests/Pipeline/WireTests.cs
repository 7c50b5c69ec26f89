using System.Net;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Pipeline;

/// <summary>Calls that no generated client would send, as raw HTTP/2 requests.</summary>
public sealed class WireTests
{
    private const string Path = "/sesame.partner.v1.CreditScoreService/GetCreditScore";

    [Theory]
    [InlineData("/sesame.partner.v1.CreditScoreService/getcreditscore")]
    [InlineData("/SESAME.partner.v1.CreditScoreService/GetCreditScore")]
    [InlineData("/sesame.partner.v1.CreditScoreService/%47etCreditScore")]
    [InlineData("/sesame.partner.v1.CreditScoreService/GetCreditScore?a=b")]
    [InlineData("/sesame.partner.v1.CreditScoreService/GetCreditScore/")]
    [InlineData("/sesame.partner.v1.CreditScoreService/NoSuchMethod")]
    [InlineData("/no.such.Service/Method")]
    [InlineData("/")]
    public async Task Path_NotExactlyAMethods_IsUnknown(string path)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var status = await SendAsync(gateway, path, Frame(Lookup()));

        Assert.Equal((StatusCode.Unimplemented, "METHOD_UNKNOWN"), status);
    }

    [Fact]
    public async Task Method_OfAnotherListener_IsUnknown()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        Assert.Equal(
            (StatusCode.Unimplemented, "METHOD_UNKNOWN"),
            await SendAsync(gateway, "/sesame.operator.v1.PartnerAdminService/ListPartners", Frame([]))
        );
    }

    [Fact]
    public async Task Message_NoProtobuf_IsMalformed()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        Assert.Equal((StatusCode.InvalidArgument, "MESSAGE_MALFORMED"), await SendAsync(gateway, Path, Frame([0x0A, 0xFF, 0xFF, 0xFF])));
        Assert.Equal(
            (StatusCode.InvalidArgument, "MESSAGE_MALFORMED"),
            await SendAsync(gateway, Path, Frame([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]))
        );
    }

    [Fact]
    public async Task Message_FrameEndsEarlyOrIsAbsent_IsMalformed()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        Assert.Equal((StatusCode.InvalidArgument, "MESSAGE_MALFORMED"), await SendAsync(gateway, Path, [0, 0, 0, 0, 50, 1, 2, 3]));
        Assert.Equal((StatusCode.InvalidArgument, "MESSAGE_MALFORMED"), await SendAsync(gateway, Path, []));
    }

    [Fact]
    public async Task Message_WithMoreBehindIt_IsMalformed()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        Assert.Equal(
            (StatusCode.InvalidArgument, "MESSAGE_MALFORMED"),
            await SendAsync(gateway, Path, [.. Frame(Lookup()), .. Frame(Lookup())])
        );
        Assert.Equal((StatusCode.InvalidArgument, "MESSAGE_MALFORMED"), await SendAsync(gateway, Path, [.. Frame(Lookup()), 0]));
    }

    /// <summary>Headers and every byte of the message come one by one.</summary>
    [Fact]
    public async Task Message_InPieces_IsReadWhole()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        Assert.Equal((StatusCode.NotFound, "RESOURCE_NOT_FOUND"), await SendAsync(gateway, Path, Frame(Lookup()), inPieces: true));
    }

    [Fact]
    public async Task Message_CompressedInAnUnknownWay_IsRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        byte[] compressed = [1, .. Frame(Lookup()).Skip(1)];

        Assert.Equal((StatusCode.Unimplemented, "ENCODING_UNSUPPORTED"), await SendAsync(gateway, Path, compressed, encoding: "br"));
    }

    [Fact]
    public async Task Message_TooLarge_IsExhaustedWithTheLimit()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike");

        var refused = await RefusedCall.OfAsync(
            bike.Scores.BatchGetCreditScoresAsync(
                new BatchGetCreditScoresRequest { Subjects = { Enumerable.Repeat(new string('a', 64), 5000) } }
            )
        );

        Assert.Equal(
            (StatusCode.ResourceExhausted, "MESSAGE_TOO_LARGE", "262144"),
            (refused.Code, refused.Reason, refused.Info.Metadata["limit_bytes"])
        );
        Assert.Contains(refused.Status.Details, detail => detail.Is(QuotaFailure.Descriptor));
    }

    [Theory]
    [InlineData("5")]
    [InlineData("S")]
    [InlineData("5X")]
    [InlineData("-5S")]
    [InlineData("123456789S")]
    [InlineData("soon")]
    public async Task Deadline_NotAGrpcTimeout_IsRefused(string value)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        Assert.Equal((StatusCode.InvalidArgument, "DEADLINE_INVALID"), await SendAsync(gateway, Path, Frame(Lookup()), value));
    }

    private static byte[] Lookup() => new GetCreditScoreRequest { Subject = "test-650" }.ToByteArray();

    private static byte[] Frame(byte[] message) => RawCall.Frame(message);

    private static async Task<(StatusCode Code, string Reason)> SendAsync(
        GatewayUnderTest gateway,
        string path,
        byte[] body,
        string? timeout = null,
        string? encoding = null,
        bool inPieces = false
    )
    {
        var bike = await gateway.ConnectAsync("bike");
        using HttpContent content = inPieces ? new SlowContent(body) : new ByteArrayContent(body);
        (string, string?)[] headers = [("grpc-timeout", timeout), ("grpc-encoding", encoding)];
        var refused = await RawCall.SendAsync(
            gateway,
            bike,
            path,
            content,
            [.. headers.Where(header => header.Item2 is not null).Select(header => (header.Item1, header.Item2!))]
        );
        return (refused.Code, refused.Reason);
    }

    private sealed class SlowContent(byte[] body) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            foreach (var octet in body)
            {
                await stream.WriteAsync(new[] { octet });
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
