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
    public void Find_StatusWithoutDetails_GetsTheGatewaysReason(string status, Code code, string reason)
    {
        var call = CallWith(status);
        FrameworkStatus.Complete(call, statuses.ToStatus(FrameworkStatus.Find(call)!, call.Id));
        var written = StatusOf(call.Http.Response.Headers);

        Assert.Equal(((int)code).ToString(), call.Http.Response.Headers["grpc-status"]);
        Assert.Equal(reason, written.GetDetail<ErrorInfo>().Reason);
        Assert.Equal(call.Id, written.GetDetail<RequestInfo>().RequestId);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("")]
    public void Find_Ok_IsNull(string status) => Assert.Null(FrameworkStatus.Find(CallWith(status)));

    [Fact]
    public void Find_StatusWithDetails_IsNull()
    {
        var call = CallWith("2");
        call.Http.Response.Headers["grpc-status-details-bin"] = "AAAA";

        Assert.Null(FrameworkStatus.Find(call));
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
        http.Features.Set(new CallerConnection(Listener.Partner));
        http.Response.Headers["grpc-status"] = status;
        return new Call(http, Samples.AuditEntries, null);
    }
}
