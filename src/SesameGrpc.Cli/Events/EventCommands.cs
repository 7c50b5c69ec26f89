using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Events;

/// <summary>`sesame events list|stream`: what has happened to the partner's objects.</summary>
internal static class EventCommands
{
    private static readonly Option<string?> From = new("--from")
    {
        Description = "Begin behind this resume token. Default: with the partner's first event.",
        HelpName = "token",
    };

    private static readonly Option<bool> OnlyNew = new("--only-new") { Description = "Begin with what happens from now on." };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "Most events to show.",
        DefaultValueFactory = _ => 1000,
        HelpName = "number",
    };

    public static Command Create() =>
        new Command("events", "What has happened to the partner's objects, in order.").With(
            new Command("list", "List events, oldest first, and where to go on.").With(From, Limit).ForPartner().Runs(ListAsync),
            new Command("stream", "Show events as they happen, until Ctrl-C; goes on by itself after an interruption.")
                .With(From, OnlyNew)
                .ForPartner()
                .Runs(StreamAsync),
            ResendCommand.Create()
        );

    private static async Task<ExitCode> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var client = await context.ConnectPartnerAsync([PartnerScopes.EventRead], cancellationToken);
        var request = new ListEventsRequest { PageToken = context.Get(From) ?? "" };
        var rest = context.Get(Limit);
        ListEventsResponse page;
        do
        {
            request.PageSize = Math.Clamp(rest, 1, 1000);
            page = await client.Events.ListEventsAsync(request, cancellationToken: cancellationToken);
            foreach (var item in page.Events)
            {
                Show(context.Output, item);
            }

            rest -= page.Events.Count;
            request.PageToken = page.NextPageToken;
        } while (request.PageToken.Length > 0 && rest > 0);

        if (!context.Output.Json)
        {
            await context.Output.Out.WriteLineAsync($"Go on with: --from {page.ResumeToken}");
        }

        return ExitCode.Ok;
    }

    private static async Task<ExitCode> StreamAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var client = await context.ConnectPartnerAsync([PartnerScopes.EventRead], cancellationToken);
        var start = new StreamEventsRequest { ResumeToken = context.Get(From) ?? "", OnlyNew = context.Get(OnlyNew) };
        try
        {
            await foreach (var message in Subscribe(context, client, start, cancellationToken))
            {
                if (message.Event is { } item)
                {
                    Show(context.Output, item);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how a stream without end is left.
        }

        return ExitCode.Ok;
    }

    /// <summary>The partner's events as one sequence, which tells on stderr when it was interrupted.</summary>
    public static IAsyncEnumerable<StreamEventsResponse> Subscribe(
        CommandContext context,
        SesameClient client,
        StreamEventsRequest start,
        CancellationToken cancellationToken
    ) =>
        client.Events.SubscribeAsync(
            start,
            (broken, pause) => context.Output.Error.WriteLine($"Interrupted ({broken.StatusCode}); goes on in {pause.TotalSeconds:0.#} s."),
            cancellationToken
        );

    /// <summary>An event in words, or as JSON.</summary>
    public static void Show(CliOutput output, Event item)
    {
        if (output.Json)
        {
            output.WriteJson(MessageJson.From(item));
            return;
        }

        output.Out.WriteLine(
            $"{Display.Time(item.EventTime)}  {MessageJson.Name(item.Type), -33}  {item.Subject}  {WhatOf(item)}  {item.EventId}"
        );
        output.Out.Flush();
    }

    // Of a kind that is younger than this tool, no more than the event's type is known.
    private static string WhatOf(Event item) =>
        item.ResourceCase switch
        {
            Event.ResourceOneofCase.DepositWaiver => OrderOf(
                item.DepositWaiver.OrderId,
                item.DepositWaiver.State,
                item.DepositWaiver.Revision
            ),
            Event.ResourceOneofCase.Visit => OrderOf(item.Visit.OrderId, item.Visit.State, item.Visit.Revision),
            Event.ResourceOneofCase.Consent => $"consent {item.Consent.ConsentId} for {MessageJson.Name(item.Consent.Purpose)}",
            Event.ResourceOneofCase.Certificate =>
                $"certificate {item.Certificate.Thumbprint[..16]}… ends {Display.Time(item.Certificate.ExpireTime)}",
            Event.ResourceOneofCase.CreditBadge =>
                $"badge {item.CreditBadge.CreditBadgeId}  {MessageJson.Name(item.CreditBadge.State)} at revision {item.CreditBadge.Revision}",
            _ => "",
        };

    private static string OrderOf(string orderId, Enum state, long revision) =>
        $"order {orderId}  {MessageJson.Name(state)} at revision {revision}";
}
