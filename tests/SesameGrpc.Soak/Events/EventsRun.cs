using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Events;

/// <summary>A gateway and a consumer of its events, both processes of their own, which are killed by turns while writers go on.</summary>
internal sealed class EventsRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestAuthority authority = new();
    private readonly GatewaySite site;
    private readonly PostgresServer? server;
    private readonly string? postgreSql;
    private readonly TimeSpan killEvery;
    private readonly int seed;
    private readonly int webhookPort = TestEnvironment.FreePort();
    private GatewayProcess? gateway;
    private Process? consumer;
    private volatile int gatewayKills;
    private volatile int consumerKills;

    private EventsRun(PostgresServer? server, string? postgreSql, TimeSpan killEvery, int seed)
    {
        (this.server, this.postgreSql, this.killEvery, this.seed) = (server, postgreSql, killEvery, seed);
        site = new GatewaySite(TestEnvironment.NewDirectory("events"), authority);
        site.WriteCertificates();
    }

    public static async Task<EventsRun> PrepareAsync(StorageProvider store, TimeSpan killEvery, int seed)
    {
        var postgres = store == StorageProvider.PostgreSql ? await PostgresServer.StartAsync() : null;
        var run = new EventsRun(postgres, postgres is null ? null : await postgres.NewDatabaseAsync(), killEvery, seed);
        await run.StartGatewayAsync();
        await run.OnboardAsync();
        return run;
    }

    public async Task<EventsResult> RunAsync(int events, TextWriter progress)
    {
        using var client = new SesameClient(
            EventConsumer.OptionsIn(site.CertificateDirectory, site.PartnerUrl, site.PublicUrl),
            TimeProvider.System
        );
        await client.Webhooks.CreateWebhookEndpointAsync(
            new CreateWebhookEndpointRequest
            {
                RequestId = "webhook",
                WebhookEndpoint = new WebhookEndpoint { Url = $"http://localhost:{webhookPort}/" },
            }
        );
        var writers = new EventWriters(client, seed);
        using var stop = new CancellationTokenSource();
        StartConsumer();
        var killing = KillByTurnsAsync(writers, progress, stop.Token);
        await writers.RunAsync(events, () => gatewayKills > 0 && consumerKills > 0, CancellationToken.None);
        await stop.CancelAsync();
        await killing;
        var committed = await CommittedAsync();
        await DrainAsync(committed.Count, progress);
        var streamed = Comparison.Of(committed, Received(EventConsumer.ReceivedFile(site.CertificateDirectory)));

        // What the webhook gets from here on would be in no comparison.
        gateway!.Kill();
        await gateway.WaitForExitAsync(CancellationToken.None);
        var pushed = Received(PushedEvents.File(site.CertificateDirectory));
        var deliveries = await DeliveriesAsync();
        return new EventsResult(
            committed.Count,
            streamed,
            Comparison.Of(committed, pushed),
            writers.Acknowledged.Except(committed.Select(item => (item.Order, item.Revision))).Count(),
            committed.Count - deliveries.Count,
            deliveries.Count(delivery => delivery.IsDelivered),
            deliveries
                .Where(delivery => delivery.IsDelivered)
                .Select(delivery => delivery.EventId)
                .Except(pushed.Select(item => item.EventId))
                .Count(),
            gatewayKills,
            consumerKills
        );
    }

    public async ValueTask DisposeAsync()
    {
        consumer?.Kill();
        consumer?.Dispose();
        if (gateway is not null)
        {
            await gateway.DisposeAsync();
        }

        site.Dispose();
        authority.Dispose();
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        Directory.Delete(site.Directory, recursive: true);
    }

    private async Task KillByTurnsAsync(EventWriters writers, TextWriter progress, CancellationToken stop)
    {
        for (var turn = 0; ; turn++)
        {
            try
            {
                await Task.Delay(killEvery / 2, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (turn % 2 == 0)
            {
                gateway!.Kill();
                await gateway.DisposeAsync();
                gatewayKills++;
                await StartGatewayAsync();
                await progress.WriteLineAsync(
                    $"{writers.Acknowledged.Count} changes acknowledged, {Received(EventConsumer.ReceivedFile(site.CertificateDirectory)).Count} events received"
                );
            }
            else
            {
                consumer!.Kill();
                await consumer.WaitForExitAsync(CancellationToken.None);
                consumer.Dispose();
                consumerKills++;
                StartConsumer();
            }
        }
    }

    private async Task StartGatewayAsync()
    {
        gateway = GatewayProcess.Start(site, site.Settings(postgreSql, redis: null));
        if (!await gateway.IsReadyAsync())
        {
            throw new InvalidOperationException($"The gateway did not start:\n{string.Join('\n', gateway.Output)}");
        }
    }

    private void StartConsumer() =>
        consumer = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [
                    typeof(EventsRun).Assembly.Location,
                    "events-consumer",
                    site.CertificateDirectory,
                    site.PartnerUrl.ToString(),
                    site.PublicUrl.ToString(),
                    webhookPort.ToString(CultureInfo.InvariantCulture),
                ]
            )
            {
                RedirectStandardInput = true,
                UseShellExecute = false,
            }
        );

    private async Task OnboardAsync()
    {
        var folder = site.CertificateDirectory;
        PemFiles.WriteWithKey(
            Path.Combine(folder, "bike.pem"),
            Path.Combine(folder, "bike.key.pem"),
            authority.Partner(EventConsumer.Partner)
        );
        var channel = site.Channel(site.OperatorUrl, authority.Operator("events"));
        var partner = new Partner
        {
            Partner_ = EventConsumer.Partner,
            Kind = PartnerKind.Lender,
            DisplayName = EventConsumer.Partner,
            Scopes = { ConnectedPartner.AllScopes },
            Enrolments = { new Enrolment { Programme = "bike.deposit_free" } },
        };
        await new PartnerAdminService.PartnerAdminServiceClient(channel).CreatePartnerAsync(
            new CreatePartnerRequest { RequestId = "create", Partner = partner }
        );
        using var feed = new ScoreFeedService.ScoreFeedServiceClient(channel).ImportScores();
        var asOf = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        var rows = EventWriters.Persons.Select(
            (person, index) =>
                new ScoreRow
                {
                    Line = index + 1,
                    Person = person,
                    Version = 1,
                    Score = 800,
                    AsOfUnixMicros = asOf,
                    OptedInUnixMicros = 1,
                }
        );
        await feed.RequestStream.WriteAsync(
            new ImportScoresRequest
            {
                ImportId = "persons",
                ModelVersion = "test",
                Rows = { rows },
                Last = true,
            }
        );
        await feed.RequestStream.CompleteAsync();
        await feed;
    }

    // The consumer has all that it will ever get when it has as many different events as there are, or when nothing has come for long.
    private async Task DrainAsync(int committed, TextWriter progress)
    {
        var before = -1;
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var received = Received(EventConsumer.ReceivedFile(site.CertificateDirectory)).Distinct().Count();
            if (received >= committed || Stopwatch.GetElapsedTime(since) > Patience)
            {
                return;
            }

            since = received == before ? since : Stopwatch.GetTimestamp();
            before = received;
            await progress.WriteLineAsync($"{received} of {committed} events received");
            await Task.Delay(500);
        }
    }

    private static List<ReceivedEvent> Received(string file)
    {
        if (!File.Exists(file))
        {
            return [];
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var whole = reader.ReadToEnd();

        // The last line may be half written at this moment.
        return [.. whole[..(whole.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ReceivedEvent.Parse)];
    }

    private Task<List<ReceivedEvent>> CommittedAsync() =>
        QueryAsync(
            "SELECT v.event_id, p.external_id, v.document FROM events v JOIN persons p ON p.person_id = v.person_id ORDER BY v.position",
            row =>
            {
                var waiver = Event.Parser.ParseFrom(row.GetFieldValue<byte[]>(2)).DepositWaiver;
                return new ReceivedEvent(row.GetString(0), row.GetString(1), waiver.OrderId, waiver.Revision);
            }
        );

    // Events for which no row was made yet lie above the endpoint's position: they are still to come.
    private Task<List<(string EventId, bool IsDelivered)>> DeliveriesAsync() =>
        QueryAsync(
            """
            SELECT v.event_id, CASE WHEN d.state = 3 THEN 1 ELSE 0 END
            FROM events v JOIN webhook_endpoints p ON p.partner_id = v.partner_id
            LEFT JOIN webhook_deliveries d ON d.endpoint_id = p.endpoint_id AND d.position = v.position
            WHERE d.state IN (1, 2, 3) OR (d.state IS NULL AND v.position > p.position)
            """,
            row => (row.GetString(0), row.GetInt32(1) == 1)
        );

    private async Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> map)
    {
        await using DbConnection connection = postgreSql is null
            ? new SqliteConnection($"Data Source={Path.Combine(site.Directory, "gateway.db")};Mode=ReadOnly;Pooling=False")
            : new NpgsqlConnection(postgreSql);
        await connection.OpenAsync();
        return await connection.Command(sql).ListAsync(map, CancellationToken.None);
    }
}
