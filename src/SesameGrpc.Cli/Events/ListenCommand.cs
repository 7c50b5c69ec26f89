using System.CommandLine;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Cli.Webhooks;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Webhooks;

namespace SesameGrpc.Cli.Events;

/// <summary>`sesame listen`: events as they happen, and the webhooks that they would be, for a receiver that the gateway cannot reach.</summary>
internal static class ListenCommand
{
    private static readonly Option<Uri?> ForwardTo = new("--forward-to")
    {
        Description = "POST each event there, signed as a webhook is: http or https.",
        HelpName = "url",
        CustomParser = result =>
        {
            if (
                Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url)
                && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            )
            {
                return url;
            }

            result.AddError("--forward-to must be an http or https address, for example http://localhost:8080/hooks.");
            return null;
        },
    };

    private static readonly Option<string?> Secret = new("--secret")
    {
        Description = "Sign with this secret, whsec_ and base64 of 24 to 64 bytes. Default: a new one, which is printed.",
        HelpName = "whsec_...",
    };

    private static readonly Option<string?> From = new("--from")
    {
        Description = "Begin behind this resume token. Default: with what happens from now on.",
        HelpName = "token",
    };

    public static Command Create() =>
        new Command("listen", "Show events as they happen, and forward them to a webhook receiver on this machine, until Ctrl-C.")
            .With(ForwardTo, Secret, WebhookCommands.Types, From)
            .ForPartner()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var key = KeyOf(context.Get(Secret));
        using var client = await context.ConnectPartnerAsync([PartnerScopes.EventRead], cancellationToken);
        using var forwarder = context.Get(ForwardTo) is { } url ? new WebhookForwarder(url, key, context.Output, context.Time) : null;
        var from = context.Get(From) ?? "";
        var start = new StreamEventsRequest { ResumeToken = from, OnlyNew = from.Length == 0 };
        var isOpen = false;
        try
        {
            await foreach (var message in EventCommands.Subscribe(context, client, start, cancellationToken))
            {
                if (!isOpen)
                {
                    // The first message says where the stream stands: what happens from now on is not missed.
                    Greet(context, key);
                    isOpen = true;
                }

                if (message.Event is not { } told || !IsWanted(context, told.Type))
                {
                    continue;
                }

                EventCommands.Show(context.Output, told);
                if (forwarder is not null)
                {
                    await forwarder.ForwardAsync(told, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how it is left.
        }

        return ExitCode.Ok;
    }

    private static byte[] KeyOf(string? secret) =>
        secret is null
            ? WebhookSignature.NewKey()
            : WebhookSignature.KeyOf(secret) ?? throw new UsageException("--secret must be whsec_ and base64 of 24 to 64 bytes.");

    private static bool IsWanted(CommandContext context, EventType type) =>
        context.Get(WebhookCommands.Types) is not { Length: > 0 } wanted || wanted.Contains(type);

    private static void Greet(CommandContext context, byte[] key)
    {
        var (output, url) = (context.Output, context.Get(ForwardTo));
        if (output.Json)
        {
            var json = new JsonObject { ["state"] = "listening", ["partner"] = context.Get(ConnectionOptions.Partner) };
            if (url is not null)
            {
                json["forward_to"] = url.AbsoluteUri;
                json["signing_secret"] = WebhookSignature.SecretText(key);
            }

            output.WriteJson(json);
            return;
        }

        output.Out.WriteLine($"Listening to the events of {context.Get(ConnectionOptions.Partner)}; Ctrl-C stops it.");
        if (url is not null)
        {
            output.Out.WriteLine($"Forwarding to {url.AbsoluteUri}, signed with {WebhookSignature.SecretText(key)}");
        }

        output.Out.Flush();
    }
}
