using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Sandbox;

/// <summary>`sesame sandbox fail`: calls that fail, or wait, on demand.</summary>
internal static class FailCommand
{
    private static readonly Argument<string?> Method = new("METHOD")
    {
        Description = "A method or service, for example CheckEligibility; left out, what is set is listed.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Argument<string?> Reason = new("REASON")
    {
        Description = "What its calls are refused with, for example STORE_UNAVAILABLE; left out with --delay.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Delay = new("--delay")
    {
        Description = "How long calls wait first, up to 60s.",
        HelpName = "span",
    };

    private static readonly Option<int> Count = new("--count")
    {
        Description = "How many calls it applies to. Default: all until it is cleared.",
        HelpName = "number",
    };

    private static readonly Option<string> OfPartner = new("--partner")
    {
        Description = "Only this partner's calls. Default: everybody's.",
        DefaultValueFactory = _ => "",
        HelpName = "id",
    };

    private static readonly Option<bool> Clear = new("--clear") { Description = "End all that is set." };

    public static Command Create() =>
        new Command("fail", "Have calls fail, or wait; list that, or end it.")
            .With(Method, Reason, Delay, Count, OfPartner, Clear, ConnectionOptions.RequestId)
            .ForOperator()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var requestId = context.RequestId();
        if (context.Get(Clear))
        {
            var request = new ClearForcedFailuresRequest { RequestId = requestId };
            var cleared = await channel.Sandbox.ClearForcedFailuresAsync(request, cancellationToken: cancellationToken);
            Write(context.Output, cleared, $"{cleared.ClearedCount} forced failures ended.");
        }
        else if (context.Get(Method) is { } method)
        {
            var answer = await channel.Sandbox.SetForcedFailureAsync(
                RequestOf(context, method, requestId),
                cancellationToken: cancellationToken
            );
            Show(context.Output, [answer.ForcedFailure]);
        }
        else
        {
            Show(context.Output, await ListAsync(channel, cancellationToken));
        }

        return ExitCode.Ok;
    }

    private static SetForcedFailureRequest RequestOf(CommandContext context, string method, string requestId)
    {
        var request = new SetForcedFailureRequest
        {
            RequestId = requestId,
            Method = method,
            Partner = context.Get(OfPartner),
            Count = context.Get(Count),
        };
        if (context.Get(Reason) is { } reason)
        {
            request.ErrorReason = StateName.Parse<ErrorReason>(reason, Reason.Name);
        }

        if (context.Get(Delay) is { } delay)
        {
            request.Delay = SpanArgument.Parse(delay, Delay.Name);
        }

        return request;
    }

    private static Task<List<ForcedFailure>> ListAsync(OperatorChannel channel, CancellationToken cancellationToken) =>
        PagedList.ReadAllAsync<ForcedFailure>(
            async (size, token) =>
            {
                var request = new ListForcedFailuresRequest { PageSize = size, PageToken = token };
                var page = await channel.Sandbox.ListForcedFailuresAsync(request, cancellationToken: cancellationToken);
                return (page.ForcedFailures, page.NextPageToken);
            }
        );

    private static void Show(CliOutput output, IReadOnlyCollection<ForcedFailure> failures) =>
        output.WriteTable(
            failures,
            ["method", "refused with", "waits", "partner", "calls left"],
            failure =>
                [
                    failure.Method,
                    failure.HasErrorReason ? MessageJson.Name(failure.ErrorReason) : null,
                    SpanArgument.Words(failure.Delay.ToTimeSpan()),
                    failure.Partner.Length > 0 ? failure.Partner : "every",
                    failure.RemainingCount > 0 ? $"{failure.RemainingCount}" : "all",
                ]
        );

    private static void Write(CliOutput output, ClearForcedFailuresResponse cleared, string words)
    {
        if (output.Json)
        {
            output.WriteJson(MessageJson.From(cleared));
        }
        else
        {
            output.Out.WriteLine(words);
        }
    }
}
