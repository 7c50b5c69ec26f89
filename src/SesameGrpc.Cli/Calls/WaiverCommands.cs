using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Calls;

/// <summary>`sesame waiver get|complete|cancel`, and the group that holds them and `grant`.</summary>
internal static class WaiverCommands
{
    public static readonly Option<string?> RequestId = new("--request-id")
    {
        Description = "Names the request, to repeat it safely. Default: a new one.",
    };

    private static readonly Argument<string> Id = new("ID") { Description = "Id of the waiver, as the grant gave it." };

    public static Command Create() =>
        new Command("waiver", "Deposits waived.").With(
            WaiverGrantCommand.Create(),
            Action("get", "Show a waiver.", PartnerScopes.WaiverRead, GetAsync),
            Action("complete", "The thing came back and nothing is owed.", PartnerScopes.WaiverWrite, CompleteAsync).With(RequestId),
            Action("cancel", "The order never started.", PartnerScopes.WaiverWrite, CancelAsync).With(RequestId)
        );

    public static void Show(CliOutput output, DepositWaiver waiver)
    {
        if (output.Json)
        {
            output.WriteJson(MessageJson.From(waiver));
            return;
        }

        output.WriteCard(
            $"waiver {waiver.DepositWaiverId}",
            ("state", MessageJson.Name(waiver.State)),
            ("allowed next", string.Join(", ", waiver.AllowedActions.Select(action => MessageJson.Name(action)))),
            ("order", waiver.OrderId),
            ("person", waiver.Subject),
            ("programme", waiver.Programme),
            ("waived", Display.Amount(waiver.WaivedAmount)),
            ("to be paid", waiver.PayableAmount is { MinorUnits: > 0 } rest ? Display.Amount(rest) : null),
            ("granted", Display.Time(waiver.GrantTime)),
            ("due", Display.Time(waiver.DueTime)),
            ("ended", Display.Time(waiver.EndTime)),
            ("policy", waiver.PolicyVersion),
            ("revision", waiver.Revision.ToString())
        );
    }

    /// <summary>The id given, or a fresh UUID version 4.</summary>
    public static string ChooseRequestId(string? given) => given ?? Guid.NewGuid().ToString();

    private static Command Action(
        string name,
        string description,
        string scope,
        Func<SesamePartnerClient, string, string, CancellationToken, Task<DepositWaiver>> call
    ) =>
        new Command(name, description)
            .With(Id)
            .ForPartner()
            .Runs(
                async (context, cancellationToken) =>
                {
                    using var client = await context.ConnectPartnerAsync([scope], cancellationToken);
                    Show(context.Output, await call(client, context.Get(Id), ChooseRequestId(context.Get(RequestId)), cancellationToken));
                    return ExitCode.Ok;
                }
            );

    private static async Task<DepositWaiver> GetAsync(
        SesamePartnerClient client,
        string id,
        string requestId,
        CancellationToken cancellationToken
    ) =>
        (
            await client.DepositWaivers.GetDepositWaiverAsync(new() { DepositWaiverId = id }, cancellationToken: cancellationToken)
        ).DepositWaiver;

    private static async Task<DepositWaiver> CompleteAsync(
        SesamePartnerClient client,
        string id,
        string requestId,
        CancellationToken cancellationToken
    ) =>
        (
            await client.DepositWaivers.CompleteDepositWaiverAsync(
                new() { DepositWaiverId = id, RequestId = requestId },
                cancellationToken: cancellationToken
            )
        ).DepositWaiver;

    private static async Task<DepositWaiver> CancelAsync(
        SesamePartnerClient client,
        string id,
        string requestId,
        CancellationToken cancellationToken
    ) =>
        (
            await client.DepositWaivers.CancelDepositWaiverAsync(
                new() { DepositWaiverId = id, RequestId = requestId },
                cancellationToken: cancellationToken
            )
        ).DepositWaiver;
}
