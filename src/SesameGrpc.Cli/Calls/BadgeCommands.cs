using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Calls;

/// <summary>`sesame badge get|list|revoke`, and the group that holds them and `issue`.</summary>
internal static class BadgeCommands
{
    private static readonly Argument<string> Id = new("ID") { Description = "Id of the badge, as its issue gave it." };

    private static readonly Option<string?> Person = new("--person") { Description = "Only this person's.", HelpName = "subject" };

    public static Command Create() =>
        new Command("badge", "Credit badges on profiles.").With(
            BadgeIssueCommand.Create(),
            new Command("get", "Show a badge and how it stands.").With(Id).ForPartner().Runs(GetAsync),
            new Command("list", "List the partner's badges, newest first.").With(Person, PagedList.Limit).ForPartner().Runs(ListAsync),
            new Command("revoke", "End a badge for good.").With(Id, ConnectionOptions.RequestId).ForPartner().Runs(RevokeAsync)
        );

    /// <summary>A badge as one JSON object or as a card; with the proof that its issue gave.</summary>
    public static void Show(CliOutput output, CreditBadge badge, string proof = "")
    {
        if (output.Json)
        {
            var json = MessageJson.From(badge);
            if (proof.Length > 0)
            {
                json["sd_jwt"] = proof;
            }

            output.WriteJson(json);
            return;
        }

        output.WriteCard(
            $"badge {badge.CreditBadgeId}",
            ("state", MessageJson.Name(badge.State)),
            ("band", badge.Band == ScoreBand.Unspecified ? null : MessageJson.Name(badge.Band)),
            ("allowed next", string.Join(", ", badge.AllowedActions.Select(action => MessageJson.Name(action)))),
            ("site", badge.Site),
            ("profile", badge.Profile),
            ("person", badge.Subject),
            ("programme", badge.Programme),
            ("issued", Display.Time(badge.IssueTime)),
            ("renewed", badge.Revision > 1 ? Display.Time(badge.RenewTime) : null),
            ("goes out", badge.EndTime is null ? Display.Time(badge.ExpireTime) : null),
            ("revoked", Display.Time(badge.EndTime)),
            ("page", badge.VerifyUrl),
            ("picture", badge.ImageUrl),
            ("policy", badge.PolicyVersion),
            ("revision", badge.Revision.ToString()),
            ("proof", proof)
        );
    }

    private static async Task<ExitCode> GetAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var client = await context.ConnectPartnerAsync([PartnerScopes.BadgeRead], cancellationToken);
        var request = new GetCreditBadgeRequest { CreditBadgeId = context.Get(Id) };
        Show(context.Output, (await client.CreditBadges.GetCreditBadgeAsync(request, cancellationToken: cancellationToken)).CreditBadge);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> RevokeAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var client = await context.ConnectPartnerAsync([PartnerScopes.BadgeWrite], cancellationToken);
        var request = new RevokeCreditBadgeRequest { RequestId = context.RequestId(), CreditBadgeId = context.Get(Id) };
        Show(context.Output, (await client.CreditBadges.RevokeCreditBadgeAsync(request, cancellationToken: cancellationToken)).CreditBadge);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var client = await context.ConnectPartnerAsync([PartnerScopes.BadgeRead], cancellationToken);
        var request = new ListCreditBadgesRequest { Subject = context.Get(Person) ?? "" };
        var badges = await PagedList.ReadAsync<CreditBadge>(
            context,
            async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await client.CreditBadges.ListCreditBadgesAsync(request, cancellationToken: cancellationToken);
                return (page.CreditBadges, page.NextPageToken);
            }
        );

        ShowAll(context.Output, badges);
        return ExitCode.Ok;
    }

    private static void ShowAll(CliOutput output, List<CreditBadge> badges)
    {
        output.WriteTable(
            badges,
            ["badge", "issued", "state", "band", "profile", "site", "person"],
            badge =>
                [
                    badge.CreditBadgeId,
                    Display.Time(badge.IssueTime),
                    MessageJson.Name(badge.State),
                    badge.Band == ScoreBand.Unspecified ? "" : MessageJson.Name(badge.Band),
                    badge.Profile,
                    badge.Site,
                    badge.Subject,
                ]
        );
    }
}
