using System.CommandLine;
using Grpc.Core;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Fulfilments;

/// <summary>`sesame fulfilment export`: the records that other bureaus are told, in order.</summary>
internal static class FulfilmentExportCommand
{
    private static readonly Option<string?> From = new("--from")
    {
        Description = "Begin behind this resume token. Default: with the first record.",
        HelpName = "token",
    };

    private static readonly Option<bool> Follow = new("--follow") { Description = "Go on as records come, until Ctrl-C." };

    public static Command Create() =>
        new Command("export", "Show every change of a report, and where to go on (operator).")
            .With(From, Follow)
            .ForOperator()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        using var call = channel.Fulfilments.StreamFulfilments(
            new StreamFulfilmentsRequest { ResumeToken = context.Get(From) ?? "" },
            cancellationToken: cancellationToken
        );
        var token = context.Get(From) ?? "";
        try
        {
            while (await call.ResponseStream.MoveNext(cancellationToken))
            {
                var message = call.ResponseStream.Current;
                token = message.ResumeToken;
                if (message.Record is not null)
                {
                    Show(context.Output, message);
                }
                else if (!context.Get(Follow))
                {
                    break;
                }
            }
        }
        catch (Exception exception)
            when (cancellationToken.IsCancellationRequested && exception is OperationCanceledException or RpcException)
        {
            // Ctrl-C is how a stream without end is left.
        }

        if (!context.Output.Json && token.Length > 0)
        {
            await context.Output.Out.WriteLineAsync($"Go on with: --from {token}");
        }

        return ExitCode.Ok;
    }

    private static void Show(CliOutput output, StreamFulfilmentsResponse message)
    {
        var record = message.Record;
        if (output.Json)
        {
            output.WriteJson(MessageJson.From(message));
            return;
        }

        var said = record.Statement is { } statement
            ? $"{MessageJson.Name(statement.Kind)} {MessageJson.Name(statement.Outcome)}, {statement.DaysLate} days late"
            : "";
        output.Out.WriteLine(
            $"{Display.Time(record.ChangeTime)}  {MessageJson.Name(record.Change), -16}  {record.FulfilmentId}  revision {record.Revision}  "
                + $"{record.Person}  {record.Partner}  {record.Programme}  {said}{(record.Disputed ? "  (disputed)" : "")}"
        );
        output.Out.Flush();
    }
}
