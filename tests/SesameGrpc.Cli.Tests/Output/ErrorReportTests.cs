using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SesameGrpc.Cli.Hosting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Cli.Scores;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;
using Xunit;

namespace SesameGrpc.Cli.Tests.Output;

public sealed class ErrorReportTests
{
    public static TheoryData<int, Exception> Failures =>
        new()
        {
            { 1, Refused(StatusCode.NotFound, "ANY_REASON") },
            { 1, Refused(StatusCode.Unavailable, "ANY_REASON") },
            { 4, new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "Error connecting")) },
            { 4, new RpcException(new Grpc.Core.Status(StatusCode.Internal, "Error starting call", new HttpRequestException("refused"))) },
            { 4, new SesameException(StatusCode.Unavailable, reasonName: null, "https://localhost:1 does not answer.") },
            { 4, new GatewayStartException("Port 1 is taken.") },
            { 1, new SesameException(StatusCode.Unauthenticated, "invalid_client", "No.") },
            { 1, new OptionsValidationException("", typeof(SesameClientOptions), ["Sesame:PartnerId is \"\"."]) },
            { 1, new FileNotFoundException("gone") },
            { 1, new CryptographicException("bad key") },
            { 1, new ScoreFileException("no header") },
            { 2, new UsageException("wrong") },
        };

    [Theory]
    [MemberData(nameof(Failures))]
    public void From_Failure_HasItsExitCodeAndAdvice(int exitCode, Exception failure)
    {
        var report = ErrorReport.From(failure);

        Assert.NotNull(report);
        Assert.Equal(exitCode, (int)report.ExitCode);
        Assert.NotEmpty(report.Advice);
    }

    [Fact]
    public void From_FaultOfThisProgram_IsNotHidden() => Assert.Null(ErrorReport.From(new InvalidOperationException("bug")));

    [Fact]
    public void Write_Json_IsOneErrorObjectOnStderr()
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        ErrorReport.From(Refused(StatusCode.PermissionDenied, "ANY_REASON"))!.Write(new CliOutput(json: true, output, error));

        Assert.Empty(output.ToString());
        var json = System.Text.Json.Nodes.JsonNode.Parse(error.ToString())!["error"]!;
        Assert.Equal("PERMISSION_DENIED", (string?)json["code"]);
        Assert.Equal("ANY_REASON", (string?)json["reason"]);
        Assert.Equal("req-1", (string?)json["request_id"]);
        Assert.Equal("https://help.example/ANY_REASON", (string?)json["help"]);
    }

    [Fact]
    public void Write_Words_TellReasonAdviceRequestIdAndHelp()
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        ErrorReport.From(Refused(StatusCode.PermissionDenied, "ANY_REASON"))!.Write(new CliOutput(json: false, output, error));

        Assert.Contains("ANY_REASON (PERMISSION_DENIED)", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("what to do: Read the message", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("req-1", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("https://help.example/ANY_REASON", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Remedy_EveryErrorReason_HasItsOwnAdvice()
    {
        var general = Remedy.For(new SesameException(StatusCode.Unknown, reasonName: null, ""));
        var reasons = System
            .Enum.GetValues<ErrorReason>()
            .Where(reason => reason != ErrorReason.Unspecified)
            .Select(reason => MessageJson.Name(reason));

        Assert.All(reasons, reason => Assert.NotEqual(general, Remedy.For(new SesameException(StatusCode.Unknown, reason, ""))));
    }

    private static RpcException Refused(StatusCode code, string reason) =>
        new Google.Rpc.Status
        {
            Code = (int)code,
            Message = "Refused.",
            Details =
            {
                Any.Pack(new ErrorInfo { Domain = "sesamegrpc", Reason = reason }),
                Any.Pack((IMessage)new RequestInfo { RequestId = "req-1" }),
                Any.Pack(new Help { Links = { new Help.Types.Link { Url = "https://help.example/" + reason } } }),
            },
        }.ToRpcException();
}
