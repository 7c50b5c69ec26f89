using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Partners;

/// <summary>`sesame partner list|suspend|resume`, and the group that holds them and the others.</summary>
internal static class PartnerCommands
{
    private static readonly Argument<string> Id = new("ID") { Description = "Id of the partner." };

    public static Command Create() =>
        new Command("partner", "Partners and what they may do (operator).").With(
            PartnerAddCommand.Create(),
            PartnerInviteCommand.Create(),
            PartnerJoinCommand.Create(),
            new Command("list", "List the partners.").ForOperator().Runs(ListAsync),
            Action("suspend", "Refuse the partner's calls from now on, on open connections too.", SuspendAsync),
            Action("resume", "Lift a suspension.", ResumeAsync)
        );

    public static void Show(CliOutput output, Partner partner)
    {
        if (output.Json)
        {
            output.WriteJson(MessageJson.From(partner));
            return;
        }

        output.WriteCard(
            $"{partner.Partner_} ({partner.DisplayName})",
            ("state", MessageJson.Name(partner.State)),
            ("proves itself by", MessageJson.Name(partner.ClientAuthentication)),
            ("scopes", string.Join(' ', partner.Scopes)),
            ("programmes", Enrolments(partner)),
            ("since", Display.Time(partner.CreateTime))
        );
    }

    private static string Enrolments(Partner partner) => string.Join(", ", partner.Enrolments.Select(enrolment => enrolment.Programme));

    private static Command Action(
        string name,
        string description,
        Func<OperatorChannel, string, string, CancellationToken, Task<Partner>> call
    ) =>
        new Command(name, description)
            .With(Id, ConnectionOptions.RequestId)
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

    private static async Task<ExitCode> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new ListPartnersRequest();
        var partners = await PagedList.ReadAllAsync<Partner>(
            async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await channel.Partners.ListPartnersAsync(request, cancellationToken: cancellationToken);
                return (page.Partners, page.NextPageToken);
            }
        );
        context.Output.WriteTable(
            partners,
            ["partner", "name", "state", "scopes", "programmes"],
            partner =>
                [
                    partner.Partner_,
                    partner.DisplayName,
                    MessageJson.Name(partner.State),
                    string.Join('\n', partner.Scopes),
                    Enrolments(partner),
                ]
        );
        return ExitCode.Ok;
    }

    private static async Task<Partner> SuspendAsync(
        OperatorChannel channel,
        string id,
        string requestId,
        CancellationToken cancellationToken
    ) =>
        (
            await channel.Partners.SuspendPartnerAsync(new() { Partner = id, RequestId = requestId }, cancellationToken: cancellationToken)
        ).Partner;

    private static async Task<Partner> ResumeAsync(
        OperatorChannel channel,
        string id,
        string requestId,
        CancellationToken cancellationToken
    ) =>
        (
            await channel.Partners.ResumePartnerAsync(new() { Partner = id, RequestId = requestId }, cancellationToken: cancellationToken)
        ).Partner;
}
