using System.Globalization;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Soak.Events;

/// <summary>
/// A partner's consumer, a process of its own that is killed from outside: it appends each event of its stream to a file, and keeps the resume token now and then, after the events
/// that it stands for. What lies between two tokens comes again after a kill. Beside it, events are pushed to its webhook.
/// </summary>
internal static class EventConsumer
{
    public const string Partner = "bike";
    private const int EventsPerToken = 16;

    public static string ReceivedFile(string folder) => Path.Combine(folder, "received");

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var folder = arguments[0];
        await using var receiver = await PushedEvents.ReceiveAsync(folder, int.Parse(arguments[3], CultureInfo.InvariantCulture));
        using var client = new SesameClient(OptionsIn(folder, new Uri(arguments[1]), new Uri(arguments[2])), TimeProvider.System);
        var tokenFile = Path.Combine(folder, "token");
        var start = new StreamEventsRequest { ResumeToken = File.Exists(tokenFile) ? await File.ReadAllTextAsync(tokenFile) : "" };
        await using var received = new StreamWriter(ReceivedFile(folder), append: true) { AutoFlush = true };
        var sinceToken = 0;

        // Its input ends with whoever started it: nobody else would end it, and it would call for ever at an address that becomes somebody else's.
        _ = Task.Run(Console.In.ReadToEnd).ContinueWith(_ => Environment.Exit(0), TaskScheduler.Default);
        await foreach (var message in client.Events.SubscribeAsync(start))
        {
            if (message.Event is not { DepositWaiver: var waiver } item)
            {
                continue;
            }

            await received.WriteAsync($"{new ReceivedEvent(item.EventId, item.Subject, waiver.OrderId, waiver.Revision)}\n");
            if (++sinceToken == EventsPerToken)
            {
                sinceToken = 0;
                await File.WriteAllTextAsync(tokenFile + ".new", message.ResumeToken);
                File.Move(tokenFile + ".new", tokenFile, overwrite: true);
            }
        }

        return 0;
    }

    /// <summary>The partner's connection, by the certificate files in a folder.</summary>
    public static SesameClientOptions OptionsIn(string folder, Uri gateway, Uri issuer) =>
        new()
        {
            PartnerId = Partner,
            GatewayUrls = [gateway],
            IssuerUrl = issuer,
            Certificate = ClientCertificateOptions.FromPem(
                Path.Combine(folder, "bike.pem"),
                Path.Combine(folder, "bike.key.pem"),
                Path.Combine(folder, "ca.pem")
            ),
            CallTimeout = TimeSpan.FromSeconds(5),
        };
}
