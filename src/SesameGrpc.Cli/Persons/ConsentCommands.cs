using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Persons;

/// <summary>`sesame consent list|grant|withdraw|suspend|resume`: what persons have agreed to, as the operator's own app records it.</summary>
internal static class ConsentCommands
{
    private static readonly Argument<string> Person = new("PERSON") { Description = "Id of the person at the operator." };
    private static readonly Argument<string> Partner = new("PARTNER") { Description = "Id of the partner." };
    private static readonly Argument<string> ConsentId = new("CONSENT") { Description = "Id of the consent, as the list shows it." };

    private static readonly Argument<string?> ConsentIdOrNone = new("CONSENT")
    {
        Description = "Id of the consent, as the list shows it.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> All = new("--all") { Description = "All of the person's consents." };
    private static readonly Option<bool> ActiveOnly = new("--active") { Description = "Only those in force." };

    private static readonly Option<string> PurposeName = new("--purpose")
    {
        Description = "What the partner may use it for, for example deposit_waiver; one that its kind may state.",
        Required = true,
        HelpName = "purpose",
    };

    private static readonly Option<string[]> Scopes = new("--scope")
    {
        Description = "Scope that the person agrees to; repeatable.",
        Required = true,
    };

    private static readonly Option<string[]> Programmes = new("--programme")
    {
        Description = "Programme that the person agrees to; repeatable. Default: all that the partner is enrolled in.",
    };

    private static readonly Option<int> Days = new("--days")
    {
        Description = "Days until it ends, 1 to 180. Default: 180.",
        HelpName = "days",
    };

    public static Command Create() =>
        new Command("consent", "What persons have agreed to (operator).").With(
            new Command("list", "List a person's consents, newest first.").With(Person, ActiveOnly).ForOperator().Runs(ListAsync),
            new Command("grant", "Record that a person agrees; it replaces a consent to the same partner.")
                .With(Person, Partner, PurposeName, Scopes, Programmes, Days, ConnectionOptions.RequestId)
                .ForOperator()
                .Runs(GrantAsync),
            new Command("withdraw", "End a consent for good, or all of them. Once it is done, no instance tells anything under it.")
                .With(Person, ConsentIdOrNone, All, ConnectionOptions.RequestId)
                .ForOperator()
                .Runs(WithdrawAsync),
            Change("suspend", "Suspend a consent until it is resumed.", SuspendAsync),
            Change("resume", "Put a suspended consent in force again.", ResumeAsync)
        );

    private static Command Change(
        string name,
        string description,
        Func<OperatorChannel, string, string, string, CancellationToken, Task<PersonConsent>> call
    ) =>
        new Command(name, description)
            .With(Person, ConsentId, ConnectionOptions.RequestId)
            .ForOperator()
            .Runs(
                async (context, cancellationToken) =>
                {
                    using var channel = context.ConnectOperator();
                    var consent = await call(channel, context.RequestId(), context.Get(Person), context.Get(ConsentId), cancellationToken);
                    ConsentTable.Show(context.Output, [consent]);
                    return ExitCode.Ok;
                }
            );

    private static async Task<ExitCode> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new ListPersonConsentsRequest { Person = context.Get(Person) };
        var consents = await PagedList.ReadAllAsync<PersonConsent>(
            async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await channel.Persons.ListPersonConsentsAsync(request, cancellationToken: cancellationToken);
                return (page.Consents, page.NextPageToken);
            }
        );

        ConsentTable.Show(context.Output, [.. consents.Where(consent => !context.Get(ActiveOnly) || consent.State == ConsentState.Active)]);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> GrantAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new GrantConsentRequest
        {
            RequestId = context.RequestId(),
            Person = context.Get(Person),
            Partner = context.Get(Partner),
            Purpose = StateName.Parse<Purpose>(context.Get(PurposeName), "--purpose"),
            Scopes = { context.Get(Scopes) },
            Programmes = { context.Get(Programmes) ?? [] },
            Days = context.Get(Days),
        };
        ConsentTable.Show(
            context.Output,
            [(await channel.Persons.GrantConsentAsync(request, cancellationToken: cancellationToken)).Consent]
        );
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> WithdrawAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var id = context.Get(ConsentIdOrNone);
        if (id is null != context.Get(All))
        {
            throw new UsageException("Name one consent, or say --all.");
        }

        using var channel = context.ConnectOperator();
        var (requestId, person) = (context.RequestId(), context.Get(Person));
        if (id is null)
        {
            var all = new WithdrawAllConsentsRequest { RequestId = requestId, Person = person };
            ConsentTable.Show(
                context.Output,
                (await channel.Persons.WithdrawAllConsentsAsync(all, cancellationToken: cancellationToken)).Consents
            );
            return ExitCode.Ok;
        }

        var one = new WithdrawConsentRequest
        {
            RequestId = requestId,
            Person = person,
            ConsentId = id,
        };
        ConsentTable.Show(
            context.Output,
            [(await channel.Persons.WithdrawConsentAsync(one, cancellationToken: cancellationToken)).Consent]
        );
        return ExitCode.Ok;
    }

    private static async Task<PersonConsent> SuspendAsync(
        OperatorChannel channel,
        string requestId,
        string person,
        string id,
        CancellationToken cancellationToken
    )
    {
        var request = new SuspendConsentRequest
        {
            RequestId = requestId,
            Person = person,
            ConsentId = id,
        };
        return (await channel.Persons.SuspendConsentAsync(request, cancellationToken: cancellationToken)).Consent;
    }

    private static async Task<PersonConsent> ResumeAsync(
        OperatorChannel channel,
        string requestId,
        string person,
        string id,
        CancellationToken cancellationToken
    )
    {
        var request = new ResumeConsentRequest
        {
            RequestId = requestId,
            Person = person,
            ConsentId = id,
        };
        return (await channel.Persons.ResumeConsentAsync(request, cancellationToken: cancellationToken)).Consent;
    }
}
