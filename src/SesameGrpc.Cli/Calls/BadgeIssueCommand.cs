using System.CommandLine;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Calls;

/// <summary>`sesame badge issue`: issues a badge for a profile, or renews it.</summary>
internal static class BadgeIssueCommand
{
    private static readonly Option<string> Site = new("--site")
    {
        Description = "Origin of the site that the profile is on, for example https://www.baihe.example.",
        Required = true,
        HelpName = "origin",
    };

    private static readonly Option<string> Profile = new("--profile")
    {
        Description = "What visitors tell the profile by: 1 to 128 visible ASCII characters.",
        Required = true,
        HelpName = "reference",
    };

    public static Command Create() =>
        new Command("issue", "Issue a badge for a profile, or renew the one that it has. Exit code 3 when none is issued.")
            .With(OrderOptions.Subject, OrderOptions.Programme, Site, Profile, ConnectionOptions.RequestId)
            .ForPartner()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new IssueCreditBadgeRequest
        {
            RequestId = context.RequestId(),
            Subject = context.Get(OrderOptions.Subject),
            Programme = context.Get(OrderOptions.Programme),
            Site = context.Get(Site),
            Profile = context.Get(Profile),
        };
        using var client = await context.ConnectPartnerAsync([PartnerScopes.BadgeWrite], cancellationToken);
        var response = await client.CreditBadges.IssueCreditBadgeAsync(request, cancellationToken: cancellationToken);
        if (response.CreditBadge is { } badge)
        {
            BadgeCommands.Show(context.Output, badge, response.SdJwt);
            return ExitCode.Ok;
        }

        ShowRefusal(context.Output, request, response.NotIssued);
        return ExitCode.RefusedOrLeftOut;
    }

    private static void ShowRefusal(CliOutput output, IssueCreditBadgeRequest request, CreditBadgeNotIssued refusal)
    {
        if (output.Json)
        {
            var json = new JsonObject
            {
                ["subject"] = request.Subject,
                ["site"] = request.Site,
                ["profile"] = request.Profile,
                ["state"] = "NOT_ISSUED",
            };
            foreach (var (name, value) in MessageJson.From(refusal))
            {
                json[name] = value?.DeepClone();
            }

            output.WriteJson(json);
            return;
        }

        output.WriteCard(
            $"profile {request.Profile}: no badge is issued",
            ("decision", MessageJson.Name(refusal.Decision)),
            ("reasons", Display.Reasons(refusal.Reasons)),
            ("policy", refusal.PolicyVersion)
        );
    }
}
