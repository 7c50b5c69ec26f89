using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Cli.Webhooks;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Sandbox;

/// <summary>`sesame trigger`: a real event, caused by really doing what causes it.</summary>
internal static class TriggerCommand
{
    private static readonly Argument<EventType[]> Type = new("EVENT")
    {
        Description = "Type of the event, for example deposit_waiver.settled.",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = EventTypeArgument.Parse,
    };

    private static readonly Option<string> Person = new("--person")
    {
        Description = "About whom. Default: one of test-900 to test-950.",
        DefaultValueFactory = _ => "",
        HelpName = "id",
    };

    private static readonly Option<bool> AdvanceClock = new("--advance-clock")
    {
        Description = "Put the sandbox's clock forward, which events need that come of time alone.",
    };

    public static Command Create() =>
        new Command("trigger", "Cause an event of a sandbox's partner, by doing as the partner what causes it.")
            .With(Type, ConnectionOptions.Partner, Person, AdvanceClock, ConnectionOptions.RequestId)
            .ForOperator()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new TriggerEventRequest
        {
            RequestId = context.RequestId(),
            Type = context.Get(Type)[0],
            Partner = context.Get(ConnectionOptions.Partner),
            Person = context.Get(Person),
            AdvanceClock = context.Get(AdvanceClock),
        };
        var done = await channel.Sandbox.TriggerEventAsync(request, cancellationToken: cancellationToken);
        if (context.Output.Json)
        {
            context.Output.WriteJson(MessageJson.From(done));
        }
        else
        {
            context.Output.WriteCard(
                $"{MessageJson.Name(request.Type)} for {request.Partner}",
                ("calls made", string.Join(", ", done.Calls)),
                (done.ResourceKind, done.ResourceId),
                ("person", done.Person)
            );
        }

        return ExitCode.Ok;
    }
}
