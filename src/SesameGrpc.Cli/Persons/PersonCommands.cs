using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Persons;

/// <summary>`sesame person opt-in|opt-out|get|accesses|export|erase`, and the group of disputes: who takes part, and what is on record of a person.</summary>
internal static class PersonCommands
{
    internal static readonly Argument<string> Id = new("ID") { Description = "Id of the person at the operator." };

    public static Command Create() =>
        new Command("person", "Persons who take part (operator).").With(
            Action("opt-in", "Opt a person in; a newcomer gets 600.", OptInAsync).With(ConnectionOptions.RequestId),
            Action("opt-out", "Opt a person out: the score is deleted, partners see the person as unknown.", OptOutAsync)
                .With(ConnectionOptions.RequestId),
            Action("get", "Show what is stored of a person.", GetAsync),
            PersonRecordCommands.CreateAccesses(),
            PersonRecordCommands.CreateExport(),
            new Command("erase", "Forget a person for good. Refused while obligations are open.")
                .With(Id, ConnectionOptions.RequestId)
                .ForOperator()
                .Runs(EraseAsync),
            DisputeCommands.Create()
        );

    private static Command Action(
        string name,
        string description,
        Func<OperatorChannel, string, string, CancellationToken, Task<Person>> call
    ) =>
        new Command(name, description)
            .With(Id)
            .ForOperator()
            .Runs(
                async (context, cancellationToken) =>
                {
                    using var channel = context.ConnectOperator();
                    var requestId = context.RequestId();
                    Show(context.Output, await call(channel, context.Get(Id), requestId, cancellationToken));
                    return ExitCode.Ok;
                }
            );

    private static void Show(CliOutput output, Person person)
    {
        if (output.Json)
        {
            output.WriteJson(MessageJson.From(person));
            return;
        }

        output.WriteCard(
            person.Person_,
            ("opted in", person.OptedIn ? $"yes, since {Display.Time(person.OptInTime)}" : $"no, since {Display.Time(person.OptOutTime)}"),
            ("score as served", person.ServedScore == 0 ? "none" : person.ServedScore.ToString()),
            ("score as fed", person.FedScore == 0 ? "none" : person.FedScore.ToString()),
            ("as of", Display.Time(person.AsOfTime)),
            ("court-listed", person.CourtListed ? "yes" : "no"),
            ("open disputes", person.OpenDisputes == 0 ? null : person.OpenDisputes.ToString()),
            ("version", person.Version.ToString())
        );
    }

    private static async Task<Person> OptInAsync(
        OperatorChannel channel,
        string id,
        string requestId,
        CancellationToken cancellationToken
    ) => (await channel.Persons.OptInAsync(new() { Person = id, RequestId = requestId }, cancellationToken: cancellationToken)).Person;

    private static async Task<Person> OptOutAsync(
        OperatorChannel channel,
        string id,
        string requestId,
        CancellationToken cancellationToken
    ) => (await channel.Persons.OptOutAsync(new() { Person = id, RequestId = requestId }, cancellationToken: cancellationToken)).Person;

    private static async Task<Person> GetAsync(OperatorChannel channel, string id, string requestId, CancellationToken cancellationToken) =>
        (await channel.Persons.GetPersonAsync(new() { Person = id }, cancellationToken: cancellationToken)).Person;

    private static async Task<ExitCode> EraseAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var requestId = context.RequestId();
        var erased = await channel.Persons.ErasePersonAsync(
            new() { Person = context.Get(Id), RequestId = requestId },
            cancellationToken: cancellationToken
        );
        if (context.Output.Json)
        {
            context.Output.WriteJson(MessageJson.From(erased));
        }
        else
        {
            context.Output.WriteCard("Erased: nothing leads to the person any more", ("at", Display.Time(erased.EraseTime)));
        }

        return ExitCode.Ok;
    }
}
