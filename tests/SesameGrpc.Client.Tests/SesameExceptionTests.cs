using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;
using Xunit;

namespace SesameGrpc.Client.Tests;

public sealed class SesameExceptionTests
{
    [Fact]
    public void From_RefusalOfTheGateway_HasAllThatItSays()
    {
        var error = SesameException.From(
            Refused(
                new ErrorInfo { Reason = "TOO_MANY_CALLS", Metadata = { ["limit"] = "10" } },
                new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(200)) },
                new RequestInfo { RequestId = "req-1" },
                new Help { Links = { new Help.Types.Link { Url = "https://gateway.example/errors/TOO_MANY_CALLS" } } },
                new BadRequest
                {
                    FieldViolations =
                    {
                        new BadRequest.Types.FieldViolation { Field = "subject", Description = "is missing" },
                    },
                }
            )
        );

        Assert.Equal((StatusCode.ResourceExhausted, ErrorReason.TooManyCalls), (error.StatusCode, error.Reason));
        Assert.Equal(("TOO_MANY_CALLS", "Refused."), (error.ReasonName, error.Message));
        Assert.Equal(("req-1", "https://gateway.example/errors/TOO_MANY_CALLS"), (error.RequestId, error.HelpUrl));
        Assert.Equal(TimeSpan.FromMilliseconds(200), error.RetryAfter);
        Assert.Equal("10", error.Metadata["limit"]);
        Assert.Equal([("subject", "is missing")], error.FieldViolations);
        Assert.False(error.IsUnreachable);
    }

    [Fact]
    public void From_ReasonThatIsYoungerThanTheLibrary_KeepsItsName()
    {
        var error = SesameException.From(Refused(new ErrorInfo { Reason = "OF_THE_FUTURE" }));

        Assert.Equal((ErrorReason.Unspecified, "OF_THE_FUTURE"), (error.Reason, error.ReasonName));
    }

    public static TheoryData<RpcException> Breaks =>
        [
            new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "Error connecting")),
            new RpcException(new Grpc.Core.Status(StatusCode.Internal, "Error starting call", new HttpRequestException("refused"))),
            new RpcException(new Grpc.Core.Status(StatusCode.Internal, "Error reading", new IOException("reset"))),
        ];

    [Theory]
    [MemberData(nameof(Breaks))]
    public void From_BrokenConnection_IsUnreachable(RpcException broken) => Assert.True(SesameException.From(broken).IsUnreachable);

    [Fact]
    public void From_AFailureBeforeTheCall_IsThatFailure()
    {
        var noToken = new SesameException(StatusCode.Unauthenticated, "invalid_client", "No.");

        Assert.Same(
            noToken,
            SesameException.From(new RpcException(new Grpc.Core.Status(StatusCode.Internal, "Error starting call", noToken)))
        );
    }

    private static RpcException Refused(params IMessage[] details) =>
        new Google.Rpc.Status
        {
            Code = (int)StatusCode.ResourceExhausted,
            Message = "Refused.",
            Details = { details.Select(Any.Pack) },
        }.ToRpcException();
}
