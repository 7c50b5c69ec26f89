using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Webhooks;

/// <summary>`sesame webhook deliveries|redeliver`.</summary>
internal static class WebhookDeliveryCommands
{
    private static readonly Option<WebhookDeliveryState> State = new("--state")
    {
        Description = "Only deliveries in this state: pending, delivered, failed.",
        HelpName = "state",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "Most deliveries to show.",
        DefaultValueFactory = _ => 100,
        HelpName = "number",
    };

    private static readonly Option<string[]> Events = new("--event")
    {
        Description = "Id of an event to deliver again; repeatable.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "id",
    };

    private static readonly Option<DateTimeOffset?> FailedSince = new("--failed-since")
    {
        Description = "Deliver again all that has failed, with an attempt at this moment or later.",
        HelpName = "time",
    };

    public static Command Deliveries() =>
        new Command("deliveries", "What was and is to be delivered to an endpoint, newest event first.")
            .With(WebhookCommands.Id, State, Limit)
            .ForPartner()
            .Runs(ListAsync);

    public static Command Redeliver() =>
        new Command("redeliver", "Deliver events again, under the same ids.")
            .With(WebhookCommands.Id, Events, FailedSince, ConnectionOptions.RequestId)
            .ForPartner()
            .Runs(RedeliverAsync);

    private static async Task<ExitCode> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var client = await context.ConnectPartnerAsync([PartnerScopes.WebhookRead], cancellationToken);
        var request = new ListWebhookDeliveriesRequest { WebhookEndpointId = context.Get(WebhookCommands.Id), State = context.Get(State) };
        var rest = context.Get(Limit);
        do
        {
            request.PageSize = Math.Clamp(rest, 1, 1000);
            var page = await client.Webhooks.ListWebhookDeliveriesAsync(request, cancellationToken: cancellationToken);
            foreach (var delivery in page.Deliveries)
            {
                Show(context.Output, delivery);
            }

            rest -= page.Deliveries.Count;
            request.PageToken = page.NextPageToken;
        } while (request.PageToken.Length > 0 && rest > 0);

        return ExitCode.Ok;
    }

    private static async Task<ExitCode> RedeliverAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var client = await context.ConnectPartnerAsync([PartnerScopes.WebhookWrite], cancellationToken);
        var request = new RedeliverWebhookEventsRequest
        {
            RequestId = context.RequestId(),
            WebhookEndpointId = context.Get(WebhookCommands.Id),
            EventIds = { context.Get(Events) ?? [] },
            FailedSinceTime = context.Get(FailedSince) is { } since ? Timestamp.FromDateTimeOffset(since) : null,
        };
        var response = await client.Webhooks.RedeliverWebhookEventsAsync(request, cancellationToken: cancellationToken);
        if (context.Output.Json)
        {
            context.Output.WriteJson(MessageJson.From(response));
        }
        else
        {
            await context.Output.Out.WriteLineAsync($"{response.RedeliveredCount} deliveries begin anew");
        }

        return ExitCode.Ok;
    }

    private static void Show(CliOutput output, WebhookDelivery delivery)
    {
        if (output.Json)
        {
            output.WriteJson(MessageJson.From(delivery));
            return;
        }

        var next = delivery.NextAttemptTime is { } time ? $"  next attempt {Display.Time(time)}" : "";
        output.Out.WriteLine(
            $"{delivery.EventId}  {MessageJson.Name(delivery.EventType), -33}  {MessageJson.Name(delivery.State), -9}  {delivery.AttemptCount} attempt{(delivery.AttemptCount == 1 ? "" : "s")}{next}"
        );
        foreach (var attempt in delivery.Attempts)
        {
            var status = attempt.HttpStatus == 0 ? "" : $" {attempt.HttpStatus}";
            output.Out.WriteLine(
                $"    {attempt.Number}. {Display.Time(attempt.AttemptTime)}  {MessageJson.Name(attempt.Outcome)}{status} in {attempt.Duration.ToTimeSpan().TotalSeconds:0.000} s"
            );
        }
    }
}
