using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Events;

/// <summary>`sesame events resend`: `webhook redeliver` for all endpoints of the partner at once.</summary>
internal static class ResendCommand
{
    private const int MostIdsPerCall = 100;

    private static readonly Argument<string[]> Ids = new("EVENT")
    {
        Description = "Ids of events; each is pushed again to every endpoint that it was pushed to.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<DateTimeOffset?> Since = new("--since")
    {
        Description = "All events whose delivery was made out at this moment or later, also what was delivered.",
        HelpName = "time",
    };

    private static readonly Option<DateTimeOffset?> FailedSince = new("--failed-since")
    {
        Description = "All that has failed, with an attempt at this moment or later.",
        HelpName = "time",
    };

    public static Command Create() =>
        new Command("resend", "Push events again to the webhook endpoints, under the same ids.")
            .With(Ids, Since, FailedSince)
            .ForPartner()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var (ids, since, failedSince) = (context.Get(Ids), context.Get(Since), context.Get(FailedSince));
        if (new[] { ids.Length > 0, since is not null, failedSince is not null }.Count(isStated => isStated) != 1)
        {
            throw new UsageException("Name events, or give --since or --failed-since: exactly one of the three.");
        }

        using var client = await context.ConnectPartnerAsync([PartnerScopes.WebhookRead, PartnerScopes.WebhookWrite], cancellationToken);
        var endpoints = (await client.Webhooks.ListWebhookEndpointsAsync(new(), cancellationToken: cancellationToken)).WebhookEndpoints;
        var missing = new HashSet<string>(ids, StringComparer.Ordinal);
        long count = 0;
        foreach (var endpoint in endpoints.Select(endpoint => endpoint.WebhookEndpointId))
        {
            if (failedSince is { } failed)
            {
                count += await RedeliverAsync(client.Webhooks, endpoint, [], failed, cancellationToken);
                continue;
            }

            // Newest event first.
            var list = new ListWebhookDeliveriesRequest { WebhookEndpointId = endpoint, PageSize = 1000 };
            var deliveries = client.Webhooks.ReadAllWebhookDeliveriesAsync(list, cancellationToken);
            var wanted = await (
                since is { } moment
                    ? deliveries.TakeWhile(delivery => delivery.CreateTime.ToDateTimeOffset() >= moment)
                    : deliveries.Where(delivery => ids.Contains(delivery.EventId, StringComparer.Ordinal)).Take(ids.Length)
            )
                .Select(delivery => delivery.EventId)
                .ToListAsync(cancellationToken);
            missing.ExceptWith(wanted);
            foreach (var some in wanted.Chunk(MostIdsPerCall))
            {
                count += await RedeliverAsync(client.Webhooks, endpoint, some, null, cancellationToken);
            }
        }

        Show(context.Output, endpoints.Count, count, missing);
        return missing.Count == 0 ? ExitCode.Ok : ExitCode.RefusedOrLeftOut;
    }

    private static async Task<long> RedeliverAsync(
        WebhooksClient webhooks,
        string endpoint,
        IEnumerable<string> ids,
        DateTimeOffset? failedSince,
        CancellationToken cancellationToken
    )
    {
        var request = new RedeliverWebhookEventsRequest
        {
            WebhookEndpointId = endpoint,
            EventIds = { ids },
            FailedSinceTime = failedSince is { } since ? Timestamp.FromDateTimeOffset(since) : null,
        };
        return (await webhooks.RedeliverWebhookEventsAsync(request, cancellationToken: cancellationToken)).RedeliveredCount;
    }

    private static void Show(CliOutput output, int endpoints, long count, IReadOnlyCollection<string> missing)
    {
        if (output.Json)
        {
            output.WriteJson(
                new JsonObject
                {
                    ["endpoints"] = endpoints,
                    ["redelivered_count"] = count,
                    ["never_pushed"] = new JsonArray([.. missing.Select(id => JsonValue.Create(id))]),
                }
            );
            return;
        }

        output.Out.WriteLine($"{count} deliveries begin anew, at {endpoints} endpoint{(endpoints == 1 ? "" : "s")}");
        foreach (var id in missing)
        {
            output.Out.WriteLine($"{id} was never pushed: check the id with `sesame events list`");
        }
    }
}
