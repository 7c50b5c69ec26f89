using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SesameGrpc.Cli.Hosting;
using SesameGrpc.Cli.Scores;
using SesameGrpc.Client;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Cli.Output;

/// <summary>What went wrong, what to do about it, and the exit code that says so.</summary>
internal sealed record ErrorReport(ExitCode ExitCode, string Code, string Reason, string Message, string Advice)
{
    private const string NotReachable = "GATEWAY_NOT_REACHABLE";

    public string? RequestId { get; private init; }

    public string? HelpUrl { get; private init; }

    public IReadOnlyList<(string Field, string Description)> Fields { get; private init; } = [];

    /// <summary>Null for an exception that is a fault of this program and should be seen as such.</summary>
    public static ErrorReport? From(Exception failure) =>
        failure switch
        {
            RpcException refused => From(SesameException.From(refused)),
            SesameException refused => From(refused),
            GatewayStartException start => new ErrorReport(
                ExitCode.Unreachable,
                "UNAVAILABLE",
                "GATEWAY_NOT_STARTED",
                start.Message,
                "Mend what the message names, then start it again."
            ),
            OptionsValidationException options => new ErrorReport(
                ExitCode.CallFailed,
                "INVALID_ARGUMENT",
                "OPTION_INVALID",
                options.Message,
                "Correct what the message names; development certificates are made by `sesame dev` and `sesame partner add`."
            ),
            UsageException usage => new ErrorReport(
                ExitCode.Usage,
                "INVALID_ARGUMENT",
                "USAGE",
                usage.Message,
                "Run the command with --help."
            ),
            ScoreFileException file => new ErrorReport(
                ExitCode.CallFailed,
                "INVALID_ARGUMENT",
                "FILE_INVALID",
                file.Message,
                "Correct the file and run the command again."
            ),
            LogFormatException log => new ErrorReport(
                ExitCode.NotSound,
                "DATA_LOSS",
                "AUDIT_LOG_NOT_SOUND",
                log.Message,
                "Check that the key and the files are those of this log; if they are, keep everything as it is and find out who changed it."
            ),
            FileNotFoundException { FileName: { } assembly } when assembly.Contains(", Version=", StringComparison.Ordinal) => null,
            FileNotFoundException or DirectoryNotFoundException => new ErrorReport(
                ExitCode.CallFailed,
                "NOT_FOUND",
                "FILE_NOT_FOUND",
                failure.Message,
                "Name an existing file; development certificates are made by `sesame dev` and `sesame partner add`."
            ),
            IOException or CryptographicException or UnauthorizedAccessException => new ErrorReport(
                ExitCode.CallFailed,
                "FAILED_PRECONDITION",
                "FILE_NOT_USABLE",
                failure.Message,
                "Check the file named and its permissions."
            ),
            OperationCanceledException => Cancelled(),
            _ => null,
        };

    public void Write(CliOutput output)
    {
        if (output.Json)
        {
            output.WriteErrorJson(ToJson());
            return;
        }

        output.WriteError($"error: {Reason} ({Code})", 0);
        output.WriteError(Message, 2);
        foreach (var (field, description) in Fields)
        {
            output.WriteError($"{field}: {description}", 2);
        }

        output.WriteError($"what to do: {Advice}", 2);
        if (RequestId is not null)
        {
            output.Error.WriteLine($"  request id: {RequestId}");
        }

        if (HelpUrl is not null)
        {
            output.Error.WriteLine($"  help:       {HelpUrl}");
        }
    }

    private static ErrorReport From(SesameException refused)
    {
        if (refused.IsUnreachable)
        {
            return Unreachable(refused.Message);
        }

        if (refused.ReasonName is null && refused.StatusCode == StatusCode.Cancelled)
        {
            return Cancelled();
        }

        var code = CodeName(refused.StatusCode);
        return new ErrorReport(ExitCode.CallFailed, code, refused.ReasonName ?? code, refused.Message, Remedy.For(refused))
        {
            RequestId = refused.RequestId,
            HelpUrl = refused.HelpUrl,
            Fields = refused.FieldViolations,
        };
    }

    /// <summary>The upper-case name that gRPC gives a status code, for example NOT_FOUND.</summary>
    public static string CodeName(StatusCode code) =>
        string.Concat(code.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));

    private static ErrorReport Cancelled() =>
        new(
            ExitCode.CallFailed,
            "CANCELLED",
            "CANCELLED",
            "Stopped before the answer.",
            "Run the same command again; an import goes on where it stopped."
        );

    private static ErrorReport Unreachable(string message) =>
        new(
            ExitCode.Unreachable,
            "UNAVAILABLE",
            NotReachable,
            message,
            "Start the gateway (`sesame dev`), check the addresses, and check that the certificate is one that the gateway accepts."
        );

    private JsonObject ToJson()
    {
        var error = new JsonObject
        {
            ["code"] = Code,
            ["reason"] = Reason,
            ["message"] = Message,
            ["what_to_do"] = Advice,
            ["request_id"] = RequestId,
            ["help"] = HelpUrl,
        };
        if (Fields.Count > 0)
        {
            error["fields"] = new JsonArray([
                .. Fields.Select(f => new JsonObject { ["field"] = f.Field, ["description"] = f.Description }),
            ]);
        }

        return new JsonObject { ["error"] = error };
    }
}

/// <summary>Arguments that are well-formed for the parser but make no sense, with words on why.</summary>
internal sealed class UsageException(string message) : Exception(message);
