using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Data.Sqlite;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Consents;

/// <summary>
/// A whole run of a gateway in production mode, as a process of its own, with ids, names, scores' models, subjects and tokens planted: none of them may turn up in logs, metrics, Redis, other partners' events,
/// errors or the exported audit log. Then the persons are erased: nor may they in the database's files, Redis or the audit log.
/// </summary>
internal static class CanaryRun
{
    private const string Person = "person";
    private const string Name = "name";
    private const string Model = "model";
    private const string Subject = "subject";
    private const string Token = "token";
    private const string Programme = "bike.deposit_free";
    private const int Persons = 4;

    public static async Task<int> RunAsync(TextWriter output, TextWriter progress)
    {
        var canaries = await RunAsync(progress);
        foreach (var found in canaries.Found)
        {
            await progress.WriteLineAsync(found);
        }

        await output.WriteLineAsync(JsonSerializer.Serialize(new { planted = canaries.Planted, found = canaries.Found.Count }));
        return canaries.Found.Count == 0 ? 0 : 1;
    }

    public static async Task<Canaries> RunAsync(TextWriter progress)
    {
        var canaries = new Canaries();
        await using var redis = await RedisServer.StartAsync();
        using var site = new GatewaySite(TestEnvironment.NewDirectory("canary"), new TestAuthority());
        site.WriteCertificates();
        site.WriteKeys();
        var settings = site.Settings(null, redis.Configuration);
        settings["Sesame:Mode"] = "Production";
        settings["Logging:LogLevel:Default"] = "Trace";
        await using var gateway = GatewayProcess.Start(site, settings);
        if (!await gateway.IsReadyAsync())
        {
            throw new InvalidOperationException($"The gateway did not start: {string.Join('\n', gateway.Output)}");
        }

        var lives = new CanaryLives(site, canaries);
        await lives.OnboardAsync();
        for (var index = 0; index < Persons; index++)
        {
            await lives.LiveAsync();
        }

        await progress.WriteLineAsync($"{canaries.Planted} canaries are planted.");
        using var http = new HttpClient();
        canaries.Look("metrics", await http.GetStringAsync(new Uri(site.InternalUrl, "/metrics")), Person, Name, Model, Subject, Token);
        await lives.LookAtAnswersAsync();
        await LookAtRedisAsync(redis, canaries);
        Require(await redis.CliAsync("DBSIZE"));

        await lives.EraseAsync();
        await LookAtRedisAsync(redis, canaries);
        await lives.LookAtAuditLogAsync();
        await CompactAsync(site);
        foreach (var file in Directory.EnumerateFiles(site.Directory, "gateway.db*"))
        {
            canaries.Look(Path.GetFileName(file), await File.ReadAllBytesAsync(file), Person, Name, Model, Token);
        }

        canaries.Look("logs", string.Join('\n', gateway.Output), Person, Name, Model, Subject, Token);
        return canaries;

        static void Require(string size)
        {
            if (size.Trim() == "0")
            {
                throw new InvalidOperationException("Redis holds nothing, so nothing could be found there.");
            }
        }
    }

    private static async Task LookAtRedisAsync(RedisServer redis, Canaries canaries) =>
        canaries.Look("redis", await redis.DumpAsync(), Person, Name, Subject, Token);

    private static async Task CompactAsync(GatewaySite site)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(site.Directory, "gateway.db")};Pooling=False");
        await connection.OpenAsync();
        foreach (var statement in new[] { "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)" })
        {
            await using var command = connection.CreateCommand();
            (command.CommandText, command.CommandTimeout) = (statement, 60);
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>What is done with the planted persons, and what of it is looked at from outside.</summary>
    private sealed class CanaryLives(GatewaySite site, Canaries canaries)
    {
        private readonly PersonService.PersonServiceClient persons = new(site.Channel(site.OperatorUrl, site.Authority.Operator("canary")));
        private readonly ScoreFeedService.ScoreFeedServiceClient feed = new(
            site.Channel(site.OperatorUrl, site.Authority.Operator("canary"))
        );
        private readonly AuditService.AuditServiceClient audit = new(site.Channel(site.OperatorUrl, site.Authority.Operator("canary")));
        private readonly List<string> people = [];
        private readonly List<byte[]> errors = [];
        private ConnectedPartner one = null!;
        private ConnectedPartner two = null!;

        public async Task OnboardAsync()
        {
            var partners = new PartnerAdminService.PartnerAdminServiceClient(
                site.Channel(site.OperatorUrl, site.Authority.Operator("canary"))
            );
            foreach (var id in new[] { "one", "two" })
            {
                var partner = new Partner
                {
                    Partner_ = id,
                    Kind = PartnerKind.Lender,
                    DisplayName = id,
                    Scopes = { ConnectedPartner.AllScopes },
                    Enrolments = { new Enrolment { Programme = Programme } },
                };
                await partners.CreatePartnerAsync(new CreatePartnerRequest { RequestId = Id(), Partner = partner });
            }

            (one, two) = (await site.ConnectAsync("one"), await site.ConnectAsync("two"));
            canaries.Remember(Token, one.Token);
            canaries.Remember(Token, two.Token);
        }

        public async Task LiveAsync()
        {
            var person = canaries.Plant(Person);
            people.Add(person);
            await FeedAsync(person);
            var subject = canaries.Remember(Subject, await AgreeAsync(person, "one"));
            var other = canaries.Remember(Subject, await AgreeAsync(person, "two"));
            await one.Scores.GetCreditScoreAsync(new() { Subject = subject, IncludeDimensions = true });
            await two.Scores.GetScoreBandAsync(new() { Subject = other });
            await one.Eligibility.CheckEligibilityAsync(new() { Subject = subject, Programme = Programme });
            var granted = await one.GrantAsync(subject, Programme, Id());
            await one.Waivers.CompleteDepositWaiverAsync(
                new() { RequestId = Id(), DepositWaiverId = granted.DepositWaiver.DepositWaiverId }
            );
            await persons.OpenDisputeAsync(
                new()
                {
                    RequestId = Id(),
                    Person = person,
                    About = new DisputeSubject { Score = true },
                    Statement = $"My name is {canaries.Plant(Name)}.",
                }
            );
            await persons.GetPersonAsync(new() { Person = person });
            await RefusedAsync(one.Scores.GetCreditScoreAsync(new() { Subject = other }));
            await RefusedAsync(one.Scores.GetCreditScoreAsync(new() { Subject = person }));
            await RefusedAsync(one.Scores.GetCreditScoreAsync(new() { Subject = $"{canaries.Plant(Name)} with blanks" }));
            await RefusedAsync(two.GrantAsync(subject, "library.card_free", Id()));
            await RefusedAsync(two.Waivers.GetDepositWaiverAsync(new() { DepositWaiverId = granted.DepositWaiver.DepositWaiverId }));
            await RefusedAsync(persons.ErasePersonAsync(new() { RequestId = "", Person = person }));
            await persons.WithdrawAllConsentsAsync(new() { RequestId = Id(), Person = person });
            await RefusedAsync(one.Scores.GetCreditScoreAsync(new() { Subject = subject }));
        }

        public async Task LookAtAnswersAsync()
        {
            foreach (var partner in new[] { one, two })
            {
                var events = await partner.Events.ListEventsAsync(new() { PageSize = 1000 });
                canaries.Look("events", events.ToByteArray(), Person, Name, Model, Token);
                if (events.Events.Count == 0)
                {
                    throw new InvalidOperationException("There are no events, so nothing could be found there.");
                }
            }

            errors.ForEach(error => canaries.Look("errors", error, Person, Name, Model, Token, Subject));
            await LookAtAuditLogAsync();
        }

        public async Task LookAtAuditLogAsync()
        {
            using var export = audit.ExportAuditLog(new ExportAuditLogRequest());
            while (await export.ResponseStream.MoveNext(CancellationToken.None))
            {
                canaries.Look("audit log", export.ResponseStream.Current.ToByteArray(), Person, Name, Model, Token, Subject);
            }
        }

        public async Task EraseAsync()
        {
            foreach (var person in people)
            {
                await persons.ErasePersonAsync(new() { RequestId = Id(), Person = person });
            }
        }

        private async Task<string> AgreeAsync(string person, string partner) => (
                await persons.GrantConsentAsync(
                    new()
                    {
                        RequestId = Id(),
                        Person = person,
                        Partner = partner,
                        Purpose = Purpose.CreditLine,
                        Scopes = { ConnectedPartner.ConsentScopes },
                    }
                )
            ).Consent.Subject;

        private async Task FeedAsync(string person)
        {
            using var call = feed.ImportScores();
            await call.RequestStream.WriteAsync(
                new ImportScoresRequest
                {
                    ImportId = Id(),
                    ModelVersion = canaries.Plant(Model),
                    Rows =
                    {
                        new ScoreRow
                        {
                            Line = 1,
                            Person = person,
                            Version = 1,
                            CreditHistory = 700,
                            FulfilmentCapacity = 710,
                            BehaviourPreference = 720,
                            PersonalCharacteristics = 730,
                            ContactNetwork = 740,
                            AsOfUnixMicros = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000,
                            OptedInUnixMicros = 1,
                        },
                    },
                    Last = true,
                }
            );
            await call.RequestStream.CompleteAsync();
            await call;
        }

        private Task RefusedAsync<T>(AsyncUnaryCall<T> call) => RefusedAsync(call.ResponseAsync);

        private async Task RefusedAsync(Task call) => errors.Add((await RefusedCall.OfAsync(() => call)).Status.ToByteArray());

        private static string Id() => Guid.NewGuid().ToString("N");
    }
}
