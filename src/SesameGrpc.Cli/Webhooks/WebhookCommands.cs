using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Webhooks;

/// <summary>`sesame webhook add|list|update|remove|rotate-secret`, and the group that holds them and the delivery log.</summary>
internal static class WebhookCommands
{
    public static readonly Argument<string> Id = new("ID") { Description = "Id of the endpoint, as `add` and `list` show it." };

    private static readonly Argument<string> Url = new("URL") { Description = "Where to: https; in the sandbox http and loopback too." };

    public static readonly Option<EventType[]> Types = new("--type")
    {
        Description = "Only events of this type, such as deposit_waiver.settled; repeatable. Default: all.",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = EventTypeArgument.Parse,
        HelpName = "type",
    };

    private static readonly Option<string?> Description = new("--description") { Description = "What it is for.", HelpName = "text" };

    private static readonly Option<bool> Ed25519 = new("--ed25519")
    {
        Description = "Sign with Ed25519, so that the receiver needs no secret. Default: HMAC.",
    };

    private static readonly Option<string?> NewUrl = new("--url") { Description = "Its new address.", HelpName = "url" };

    private static readonly Option<bool> AllTypes = new("--all-types") { Description = "Push events of all types." };

    private static readonly Option<bool?> Enabled = new("--enabled") { Description = "Whether events are sent.", HelpName = "true|false" };

    public static Command Create() =>
        new Command("webhook", "Addresses that the partner's events are pushed to.").With(
            new Command("add", "Add an endpoint; prints the secret or the public key that checks its signatures.")
                .With(Url, Types, Description, Ed25519, ConnectionOptions.RequestId)
                .ForPartner()
                .Runs(AddAsync),
            new Command("list", "List the endpoints.").ForPartner().Runs(ListAsync),
            new Command("update", "Change an endpoint.")
                .With(Id, NewUrl, Types, AllTypes, Description, Enabled, ConnectionOptions.RequestId)
                .ForPartner()
                .Runs(UpdateAsync),
            new Command("remove", "Remove an endpoint and its delivery log.")
                .With(Id, ConnectionOptions.RequestId)
                .ForPartner()
                .Runs(RemoveAsync),
            new Command("rotate-secret", "Give an endpoint a new key; the one before counts for another 24 hours.")
                .With(Id, ConnectionOptions.RequestId)
                .ForPartner()
                .Runs(RotateAsync),
            WebhookDeliveryCommands.Deliveries(),
            WebhookDeliveryCommands.Redeliver()
        );

    private static async Task<ExitCode> AddAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var client = await context.ConnectPartnerAsync([PartnerScopes.WebhookWrite], cancellationToken);
        var request = new CreateWebhookEndpointRequest
        {
            RequestId = context.RequestId(),
            WebhookEndpoint = new WebhookEndpoint
            {
                Url = context.Get(Url),
                EventTypes = { context.Get(Types) ?? [] },
                Description = context.Get(Description) ?? "",
                SignatureScheme = context.Get(Ed25519) ? WebhookSignatureScheme.Ed25519 : WebhookSignatureScheme.HmacSha256,
            },
        };
        var response = await client.Webhooks.CreateWebhookEndpointAsync(request, cancellationToken: cancellationToken);
        Show(context.Output, response.WebhookEndpoint, response.SigningSecret);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var client = await context.ConnectPartnerAsync([PartnerScopes.WebhookRead], cancellationToken);

        // A partner has ten at most: one page.
        var page = await client.Webhooks.ListWebhookEndpointsAsync(new(), cancellationToken: cancellationToken);
        foreach (var endpoint in page.WebhookEndpoints)
        {
            Show(context.Output, endpoint, secret: "");
        }

        return ExitCode.Ok;
    }

    private static async Task<ExitCode> UpdateAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var client = await context.ConnectPartnerAsync([PartnerScopes.WebhookWrite], cancellationToken);
        var types = context.Get(Types) ?? [];
        var values = new WebhookEndpoint
        {
            WebhookEndpointId = context.Get(Id),
            Url = context.Get(NewUrl) ?? "",
            EventTypes = { types },
            Description = context.Get(Description) ?? "",
            Enabled = context.Get(Enabled) ?? false,
        };
        (string Path, bool IsGiven)[] fields =
        [
            ("url", context.Get(NewUrl) is not null),
            ("event_types", types.Length > 0 || context.Get(AllTypes)),
            ("description", context.Get(Description) is not null),
            ("enabled", context.Get(Enabled) is not null),
        ];
        var request = new UpdateWebhookEndpointRequest
        {
            RequestId = context.RequestId(),
            WebhookEndpoint = values,
            UpdateMask = new FieldMask { Paths = { fields.Where(field => field.IsGiven).Select(field => field.Path) } },
        };
        var response = await client.Webhooks.UpdateWebhookEndpointAsync(request, cancellationToken: cancellationToken);
        Show(context.Output, response.WebhookEndpoint, secret: "");
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> RemoveAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var client = await context.ConnectPartnerAsync([PartnerScopes.WebhookWrite], cancellationToken);
        var request = new DeleteWebhookEndpointRequest { RequestId = context.RequestId(), WebhookEndpointId = context.Get(Id) };
        await client.Webhooks.DeleteWebhookEndpointAsync(request, cancellationToken: cancellationToken);
        if (!context.Output.Json)
        {
            await context.Output.Out.WriteLineAsync($"webhook {request.WebhookEndpointId} is removed");
        }

        return ExitCode.Ok;
    }

    private static async Task<ExitCode> RotateAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var client = await context.ConnectPartnerAsync([PartnerScopes.WebhookWrite], cancellationToken);
        var request = new RotateWebhookSecretRequest { RequestId = context.RequestId(), WebhookEndpointId = context.Get(Id) };
        var response = await client.Webhooks.RotateWebhookSecretAsync(request, cancellationToken: cancellationToken);
        Show(context.Output, response.WebhookEndpoint, response.SigningSecret);
        return ExitCode.Ok;
    }

    private static void Show(CliOutput output, WebhookEndpoint endpoint, string secret)
    {
        if (output.Json)
        {
            var json = MessageJson.From(endpoint);
            if (secret.Length > 0)
            {
                json["signing_secret"] = secret;
            }

            output.WriteJson(json);
            return;
        }

        output.WriteCard(
            $"webhook {endpoint.WebhookEndpointId}",
            ("url", endpoint.Url),
            (
                "events",
                endpoint.EventTypes.Count == 0 ? "all" : string.Join(", ", endpoint.EventTypes.Select(type => MessageJson.Name(type)))
            ),
            ("description", endpoint.Description),
            ("enabled", endpoint.Enabled ? "yes" : "no"),
            ("gone", Display.Time(endpoint.GoneTime)),
            ("failing since", Display.Time(endpoint.FailingSinceTime)),
            ("signed by", MessageJson.Name(endpoint.SignatureScheme)),
            ("public key", endpoint.PublicKey),
            ("secret, shown once", secret),
            ("former key until", Display.Time(endpoint.FormerKeyExpireTime)),
            ("created", Display.Time(endpoint.CreateTime)),
            ("revision", endpoint.Revision.ToString())
        );
    }
}
