using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Sandbox;

/// <summary>`sesame sandbox persons|clock|reset`, and the group that holds them and `fail`.</summary>
internal static class SandboxCommands
{
    private static readonly Option<string?> Advance = new("--advance")
    {
        Description = "Put the clock forward by this much, for example 3d, 12h, 90m or 30s.",
        HelpName = "span",
    };

    public static Command Create() =>
        new Command("sandbox", "What only a sandbox has: test persons, a clock that goes forward, failures on demand, the way back.").With(
            new Command("persons", "List the kinds of test persons, and what comes of calls about them.").ForOperator().Runs(PersonsAsync),
            new Command("clock", "Show the time that the gateway goes by, or put it forward.")
                .With(Advance, ConnectionOptions.RequestId)
                .ForOperator()
                .Runs(ClockAsync),
            FailCommand.Create(),
            new Command("reset", "Forget what has happened, and set the clock to the machine's. Partners, persons and their scores stay.")
                .With(ConnectionOptions.RequestId)
                .ForOperator()
                .Runs(ResetAsync)
        );

    private static async Task<ExitCode> PersonsAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var answer = await channel.Sandbox.ListPersonasAsync(new ListPersonasRequest(), cancellationToken: cancellationToken);
        context.Output.WriteTable(
            answer.Personas,
            ["person", "outcome", "error"],
            persona => [$"test-650{persona.Suffix}", persona.Outcome, persona.HasErrorReason ? MessageJson.Name(persona.ErrorReason) : null]
        );
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> ClockAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        SandboxClock clock;
        if (context.Get(Advance) is { } span)
        {
            var request = new AdvanceClockRequest { RequestId = context.RequestId(), Advance = SpanArgument.Parse(span, Advance.Name) };
            clock = (await channel.Sandbox.AdvanceClockAsync(request, cancellationToken: cancellationToken)).Clock;
        }
        else
        {
            clock = (await channel.Sandbox.GetClockAsync(new GetClockRequest(), cancellationToken: cancellationToken)).Clock;
        }

        if (context.Output.Json)
        {
            context.Output.WriteJson(MessageJson.From(clock));
        }
        else
        {
            var ahead = clock.Ahead.ToTimeSpan();
            var words = ahead == TimeSpan.Zero ? "the machine's time" : $"{SpanArgument.Words(ahead)} ahead of the machine's";
            await context.Output.Out.WriteLineAsync($"{Display.Time(clock.CurrentTime)}, {words}");
        }

        return ExitCode.Ok;
    }

    private static async Task<ExitCode> ResetAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new ResetSandboxRequest { RequestId = context.RequestId() };
        var reset = await channel.Sandbox.ResetSandboxAsync(request, cancellationToken: cancellationToken);
        if (context.Output.Json)
        {
            context.Output.WriteJson(MessageJson.From(reset));
        }
        else
        {
            context.Output.WriteCard(
                "The sandbox is as it was before anything happened",
                ("obligations forgotten", $"{reset.ForgottenObligations}"),
                ("consents forgotten", $"{reset.ForgottenConsents}"),
                ("events forgotten", $"{reset.ForgottenEvents}"),
                ("clock set back by", SpanArgument.Words(reset.ClockSetBack.ToTimeSpan()))
            );
        }

        return ExitCode.Ok;
    }
}
