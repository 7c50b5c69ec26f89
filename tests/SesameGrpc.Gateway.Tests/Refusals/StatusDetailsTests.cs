using System.Reflection;
using System.Text;
using CsCheck;
using Google.Rpc;
using Microsoft.AspNetCore.Http;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Refusals;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Refusals;

public sealed class StatusDetailsTests
{
    private readonly StatusDetails statuses = new("https://gateway.example");

    // A generic one is another's shorthand.
    private static readonly List<MethodInfo> MakerMethods =
    [
        .. typeof(Refuse)
            .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(method => !method.IsGenericMethod),
    ];

    public static TheoryData<string> Makers => [.. MakerMethods.Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Makers))]
    public void ToStatus_OfEachMaker_HasOneErrorInfoRequestInfoAndHelpLink(string maker)
    {
        var refusal = Make(maker);
        var status = statuses.ToStatus(refusal, "call-1");
        var reason = StatusDetails.NameOf(refusal.Reason);

        Assert.Equal(((int)refusal.Code, refusal.Message), (status.Code, status.Message));
        var info = status.GetDetail<ErrorInfo>();
        Assert.Equal(("sesamegrpc", reason), (info.Domain, info.Reason));
        Assert.Equal(
            refusal
                .Metadata.Select(pair => pair.Key)
                .Concat(refusal.Reason == ErrorReason.ResourceNotFound ? ["consent_metadata"] : [])
                .Order(StringComparer.Ordinal),
            info.Metadata.Keys.Order(StringComparer.Ordinal)
        );
        Assert.Equal("call-1", status.GetDetail<RequestInfo>().RequestId);
        Assert.Equal($"https://gateway.example/errors/{reason}", Assert.Single(status.GetDetail<Help>().Links).Url);
        Assert.Equal(status.Details.Count, status.Details.Select(detail => detail.TypeUrl).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public void Detail_OfEachMaker_FitsItsCode(string maker)
    {
        var refusal = Make(maker);
        var status = statuses.ToStatus(refusal, "call-1");

        Assert.NotEqual(ErrorReason.Unspecified, refusal.Reason);
        Assert.False(refusal.Code is Code.Ok or Code.Unknown or Code.DataLoss);
        Assert.True(
            refusal.Code is not (Code.Unavailable or Code.Aborted) || status.GetDetail<RetryInfo>().RetryDelay.ToTimeSpan() > TimeSpan.Zero
        );
        Assert.Equal(refusal.Code == Code.ResourceExhausted, status.GetDetail<QuotaFailure>() is not null);
        Assert.Equal(refusal.Reason == ErrorReason.FieldInvalid, status.GetDetail<BadRequest>() is not null);
        Assert.All(refusal.Message, character => Assert.InRange(character, ' ', '~'));
    }

    [Fact]
    public void Makers_Together_GiveEveryReason() =>
        Assert.Equal(
            Enum.GetValues<ErrorReason>().Where(reason => reason != ErrorReason.Unspecified),
            Makers.Select(row => Make(row.Data).Reason).Distinct().Order()
        );

    [Theory]
    [InlineData(ErrorReason.TokenBindingMismatch, "TOKEN_BINDING_MISMATCH")]
    [InlineData(ErrorReason.Internal, "INTERNAL")]
    public void NameOf_Reason_IsTheContractsNameWithoutPrefix(ErrorReason reason, string name) =>
        Assert.Equal(name, StatusDetails.NameOf(reason));

    [Theory]
    [InlineData("plain ~text~", "plain ~text~")]
    [InlineData("100 %", "100 %25")]
    [InlineData("信用", "%E4%BF%A1%E7%94%A8")]
    [InlineData("a\nb\tc\u007f", "a%0Ab%09c%7F")]
    [InlineData("😀", "%F0%9F%98%80")]
    [InlineData("", "")]
    public void Write_Message_IsPercentEncoded(string message, string encoded) => Assert.Equal(encoded, Headers(message)["grpc-message"]);

    [Fact]
    public void Write_AnyMessage_ReadsBackAndIsVisibleAscii() =>
        Gen.String.Sample(message =>
        {
            var encoded = Headers(message)["grpc-message"].ToString();
            Assert.All(encoded, character => Assert.InRange(character, ' ', '~'));
            Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(message)), Uri.UnescapeDataString(encoded));
        });

    [Fact]
    public void Write_Details_ReadBackWithoutPadding()
    {
        var status = statuses.ToStatus(Refuse.TooManyCalls(3), "call-1");
        var headers = new HeaderDictionary();
        StatusDetails.Write(headers, status);
        var text = headers["grpc-status-details-bin"].ToString();

        Assert.Equal("8", headers["grpc-status"]);
        Assert.DoesNotContain('=', text);
        Assert.Equal(status, Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='))));
    }

    [Fact]
    public void Write_Refusal_IsAGrpcAnswer()
    {
        var http = new DefaultHttpContext();
        statuses.Write(http.Response, Refuse.NotFound(), "call-1");

        Assert.Equal(
            (200, "application/grpc", "5"),
            (http.Response.StatusCode, http.Response.ContentType, http.Response.Headers["grpc-status"].ToString())
        );
    }

    [Fact]
    public void NotFound_Always_IsTheSame() =>
        Assert.Equal(statuses.ToStatus(Refuse.NotFound(), "x"), statuses.ToStatus(Refuse.NotFound(), "x"));

    [Fact]
    public void DeadlineInvalid_LongValue_IsShortened() =>
        Assert.Equal(new string('9', 32), Refuse.DeadlineInvalid(new string('9', 5_000)).Metadata.Single().Value);

    [Fact]
    public void StateConflict_FinalState_AllowsNothingMore()
    {
        Assert.Contains("it allows: nothing more.", Refuse.StateConflict("RELEASED", "", 2).Message, StringComparison.Ordinal);
        Assert.Contains(
            "ACTIVE at revision 1; it allows: COMPLETE,CANCEL.",
            Refuse.StateConflict("ACTIVE", "COMPLETE,CANCEL", 1).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Times_InMetadata_AreRfc3339() =>
        Assert.Equal(
            "2026-03-01T12:00:00Z",
            Refuse.RequestIdReused(Samples.Now).Metadata.Single(pair => pair.Key == "first_used_time").Value
        );

    private static HeaderDictionary Headers(string message)
    {
        var headers = new HeaderDictionary();
        StatusDetails.Write(headers, new Google.Rpc.Status { Code = 13, Message = message });
        return headers;
    }

    private static Refusal Make(string maker)
    {
        var method = MakerMethods.Single(method => method.Name == maker);
        return (Refusal)method.Invoke(null, [.. method.GetParameters().Select(parameter => Argument(parameter.ParameterType))])!;
    }

    private static object Argument(System.Type type) =>
        type switch
        {
            _ when type == typeof(string) => "x",
            _ when type == typeof(int) => 3,
            _ when type == typeof(long) => 4L,
            _ when type == typeof(DateTimeOffset) => Samples.Now,
            _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(5),
            _ when type == typeof(IReadOnlyList<KeyValuePair<string, string>>) => new KeyValuePair<string, string>[]
            {
                new("a", "x"),
                new("b", "y"),
            },
            _ => throw new ArgumentException($"Give the tests a sample of {type}.", nameof(type)),
        };
}
