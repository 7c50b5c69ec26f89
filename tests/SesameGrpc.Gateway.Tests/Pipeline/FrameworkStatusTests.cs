using Google.Rpc;
using Microsoft.AspNetCore.Http;
using SesameGrpc.Gateway.Listeners;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Pipeline;

public sealed class FrameworkStatusTests
{
    private readonly StatusDetails statuses = new("https://example.com");

    [Theory]
    [InlineData("1", Code.Cancelled, "CANCELLED")]
    [InlineData("2", Code.InvalidArgument, "MESSAGE_MALFORMED")]
    [InlineData("3", Code.InvalidArgument, "MESSAGE_MALFORMED")]
    [InlineData("4", Code.DeadlineExceeded, "DEADLINE_EXCEEDED")]
    [InlineData("8", Code.ResourceExhausted, "MESSAGE_TOO_LARGE")]
    [InlineData("12", Code.Unimplemented, "METHOD_UNKNOWN")]
    [InlineData("13", Code.InvalidArgument, "MESSAGE_MALFORMED")]
    [InlineData("14", Code.Unavailable, "STORE_UNAVAILABLE")]
    [InlineData("15", Code.Internal, "INTERNAL")]
    public void Complete_StatusWithoutDetails_GetsTheGatewaysReason(string status, Code code, string reason)
    {
        var call = CallWith(status);
        FrameworkStatus.Complete(call, statuses);
        var written = StatusOf(call.Http.Response.Headers);

        Assert.Equal(((int)code).ToString(), call.Http.Response.Headers["grpc-status"]);
        Assert.Equal(reason, written.GetDetail<ErrorInfo>().Reason);
        Assert.Equal(call.Id, written.GetDetail<RequestInfo>().RequestId);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("")]
    public void Complete_Ok_IsLeftAsItIs(string status)
    {
        var call = CallWith(status);
        FrameworkStatus.Complete(call, statuses);

        Assert.False(call.Http.Response.Headers.ContainsKey("grpc-status-details-bin"));
    }

    [Fact]
    public void Complete_StatusWithDetails_IsLeftAsItIs()
    {
        var call = CallWith("2");
        call.Http.Response.Headers["grpc-status-details-bin"] = "AAAA";
        FrameworkStatus.Complete(call, statuses);

        Assert.Equal("AAAA", call.Http.Response.Headers["grpc-status-details-bin"]);
    }

    [Theory]
    [InlineData("sesame.operator.v1.ScoreFeedService/ImportScores", 4 * 1024 * 1024)]
    [InlineData("sesame.partner.v1.CreditScoreService/GetCreditScore", 256 * 1024)]
    [InlineData(null, 256 * 1024)]
    public void MessageLimit_OfMethod_IsLargeForTheFeedAlone(string? method, int bytes) => Assert.Equal(bytes, MessageLimits.Of(method));

    private static Google.Rpc.Status StatusOf(IHeaderDictionary headers)
    {
        var text = headers["grpc-status-details-bin"].ToString();
        return Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')));
    }

    private static Call CallWith(string status)
    {
        var http = new DefaultHttpContext();
        http.Features.Set(new ListenerFeature(Listener.Partner));
        http.Response.Headers["grpc-status"] = status;
        return new Call(http);
    }
}
