using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Persons;

/// <summary>`sesame person dispute open|list|answer`: what persons object to.</summary>
internal static class DisputeCommands
{
    private static readonly Argument<string> Person = new("PERSON") { Description = "Id of the person at the operator." };

    private static readonly Argument<string> Id = new("ID") { Description = "Id of the dispute." };

    private static readonly Option<bool> Score = new("--score") { Description = "Objects to the score." };

    private static readonly Option<long?> Refusal = new("--refusal")
    {
        Description = "Objects to the refusal with this number in the audit log.",
        HelpName = "index",
    };

    private static readonly Option<string?> Obligation = new("--obligation")
    {
        Description = "Objects to this obligation.",
        HelpName = "id",
    };

    private static readonly Option<string?> Fulfilment = new("--fulfilment")
    {
        Description = "Objects to this report by a partner.",
        HelpName = "id",
    };

    private static readonly Option<string> Statement = new("--statement")
    {
        Description = "What the person says, at most 1,000 characters.",
        HelpName = "text",
        Required = true,
    };

    private static readonly Option<string> Text = new("--text")
    {
        Description = "The answer, for the person to read, at most 1,000 characters.",
        HelpName = "text",
        Required = true,
    };

    private static readonly Option<string?> Only = new("--person") { Description = "Only this person's.", HelpName = "id" };

    private static readonly Option<string?> State = new("--state") { Description = "Only in this state.", HelpName = "state" };

    private static readonly Option<bool> Overdue = new("--overdue") { Description = "Only open ones that were to be answered by now." };

    public static Command Create() =>
        new Command("dispute", "What persons object to (operator).").With(
            new Command("open", "Object for a person, to exactly one of --score, --refusal, --obligation and --fulfilment.")
                .With(Person, Score, Refusal, Obligation, Fulfilment, Statement, ConnectionOptions.RequestId)
                .ForOperator()
                .Runs(OpenAsync),
            new Command("list", "List disputes, newest first.").With(Only, State, Overdue, PagedList.Limit).ForOperator().Runs(ListAsync),
            new Command("answer", "Answer a dispute, which ends it.")
                .With(Id, Text, ConnectionOptions.RequestId)
                .ForOperator()
                .Runs(AnswerAsync)
        );

    private static async Task<ExitCode> OpenAsync(CommandContext context, CancellationToken cancellationToken)
    {
        List<DisputeSubject> about =
        [
            .. context.Get(Score) ? [new DisputeSubject { Score = true }] : Array.Empty<DisputeSubject>(),
            .. context.Get(Refusal) is { } index ? [new DisputeSubject { LeafIndex = index }] : Array.Empty<DisputeSubject>(),
            .. context.Get(Obligation) is { } id ? [new DisputeSubject { ObligationId = id }] : Array.Empty<DisputeSubject>(),
            .. context.Get(Fulfilment) is { } report ? [new DisputeSubject { FulfilmentId = report }] : Array.Empty<DisputeSubject>(),
        ];
        if (about.Count != 1)
        {
            throw new UsageException("Name exactly one of --score, --refusal, --obligation and --fulfilment.");
        }

        using var channel = context.ConnectOperator();
        var opened = await channel.Persons.OpenDisputeAsync(
            new()
            {
                RequestId = context.RequestId(),
                Person = context.Get(Person),
                About = about[0],
                Statement = context.Get(Statement),
            },
            cancellationToken: cancellationToken
        );
        Show(context.Output, opened.Dispute);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new ListDisputesRequest
        {
            Person = context.Get(Only) ?? "",
            State = StateName.Parse<DisputeState>(context.Get(State)),
            OverdueOnly = context.Get(Overdue),
        };
        using var channel = context.ConnectOperator();
        var disputes = await PagedList.ReadAsync<Dispute>(
            context,
            async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await channel.Persons.ListDisputesAsync(request, cancellationToken: cancellationToken);
                return (page.Disputes, page.NextPageToken);
            }
        );

        ShowTable(context.Output, disputes);

        return ExitCode.Ok;
    }

    private static async Task<ExitCode> AnswerAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var answered = await channel.Persons.AnswerDisputeAsync(
            new()
            {
                RequestId = context.RequestId(),
                DisputeId = context.Get(Id),
                Answer = context.Get(Text),
            },
            cancellationToken: cancellationToken
        );
        Show(context.Output, answered.Dispute);
        return ExitCode.Ok;
    }

    private static void Show(CliOutput output, Dispute dispute)
    {
        if (output.Json)
        {
            output.WriteJson(MessageJson.From(dispute));
            return;
        }

        output.WriteCard(
            dispute.DisputeId,
            ("person", dispute.Person),
            ("about", AboutOf(dispute)),
            ("state", MessageJson.Name(dispute.State)),
            ("opened", Display.Time(dispute.OpenTime)),
            ("to be answered by", Display.Time(dispute.DueTime)),
            ("statement", dispute.Statement),
            ("answer", dispute.Answer),
            ("answered", Display.Time(dispute.AnswerTime))
        );
    }

    private static void ShowTable(CliOutput output, List<Dispute> disputes)
    {
        output.WriteTable(
            disputes,
            ["dispute", "opened", "state", "answer by", "person", "about", "statement"],
            dispute =>
                [
                    dispute.DisputeId,
                    Display.Time(dispute.OpenTime),
                    MessageJson.Name(dispute.State),
                    Display.Time(dispute.DueTime),
                    dispute.Person,
                    AboutOf(dispute),
                    dispute.Statement,
                ]
        );
    }

    private static string AboutOf(Dispute dispute) =>
        dispute.About.AboutCase switch
        {
            DisputeSubject.AboutOneofCase.LeafIndex => $"refusal {dispute.About.LeafIndex}",
            DisputeSubject.AboutOneofCase.ObligationId => $"obligation {dispute.About.ObligationId}",
            DisputeSubject.AboutOneofCase.FulfilmentId => $"report {dispute.About.FulfilmentId}",
            _ => "score",
        };
}
