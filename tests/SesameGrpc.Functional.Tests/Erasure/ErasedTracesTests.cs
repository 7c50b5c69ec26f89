using System.Text;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Erasure;

/// <summary>
/// After erasing, and after the store has given the space back, the bytes that were planted with the person are nowhere: neither in the files of the database nor in Redis. In production, because a sandbox has partners know
/// persons by the operator's ids.
/// </summary>
public sealed class ErasedTracesTests(Stores stores)
{
    private const string Person = "canary-person-7f3a9c2e";
    private const string Model = "canary-model-51d0be77";
    private const string Statement = "canary statement 0c9b";
    private static readonly string[] Canaries = [Person, Model, Statement];

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Erase_ThenVacuum_LeavesNoBytesOfThePerson(Store store)
    {
        await using var redis = await Stores.StartRedisAsync();
        await using var keys = await stores.StartGatewayAsync(store, new GatewaySetup { Redis = redis.Configuration });
        await using var gateway = await StartProductionAsync(keys, store, redis);
        await LiveAsync(gateway);
        await CompactAsync(gateway, store);
        var planted = await FoundAsync(gateway, store, redis);

        await gateway.Persons.ErasePersonAsync(new ErasePersonRequest { RequestId = Guid.NewGuid().ToString(), Person = Person });
        await CompactAsync(gateway, store);

        // Whoever finds nothing must be able to find something.
        Assert.Equal(Canaries.Order(), planted.Order());
        Assert.NotEqual("0", (await redis.CliAsync("DBSIZE")).Trim());
        Assert.Empty(await FoundAsync(gateway, store, redis));
    }

    private static async Task<GatewayUnderTest> StartProductionAsync(GatewayUnderTest keys, Store store, RedisServer redis) =>
        await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                Beside = keys,
                PostgreSql = store == Store.PostgreSql ? keys.Service<Database>().ConnectionString : null,
                Redis = redis.Configuration,
                Settings = new Dictionary<string, string?> { ["Sesame:Mode"] = nameof(GatewayMode.Production) },
            }
        );

    // Everything that stores something of a person.
    private static async Task LiveAsync(GatewayUnderTest gateway)
    {
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = WaiverSteps.Bike });
        await FeedAsync(gateway);
        var consent = await gateway.Persons.GrantConsentAsync(
            new GrantConsentRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                Person = Person,
                Partner = "bike",
                Purpose = Purpose.DepositWaiver,
                Scopes = { "score.read", "eligibility.check", "deposit_waiver.write" },
            }
        );
        var subject = consent.Consent.Subject;
        await bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = subject });
        var waiver = (await bike.GrantAsync(subject, WaiverSteps.Bike, "ride")).DepositWaiver;
        await bike.CompleteAsync(waiver, 500);
        await bike.PayAsync(waiver, 500);
        await gateway.Persons.OpenDisputeAsync(
            new OpenDisputeRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                Person = Person,
                About = new DisputeSubject { Score = true },
                Statement = Statement,
            }
        );
        await gateway.Persons.GetPersonAsync(new GetPersonRequest { Person = Person });
    }

    private static async Task FeedAsync(GatewayUnderTest gateway)
    {
        using var call = gateway.ScoreFeed.ImportScores();
        await call.RequestStream.WriteAsync(
            new ImportScoresRequest
            {
                ImportId = "import",
                ModelVersion = Model,
                Rows =
                {
                    new ScoreRow
                    {
                        Line = 1,
                        Person = Person,
                        Version = 1,
                        Score = 700,
                        AsOfUnixMicros = gateway.Service<TimeProvider>().GetUtcNow().ToUnixTimeMilliseconds() * 1000,
                        OptedInUnixMicros = 1,
                    },
                },
                Last = true,
            }
        );
        await call.RequestStream.CompleteAsync();
        Assert.Equal(1, (await call).ScoreImport.AppliedRows);
    }

    // As docs/retention.md says.
    private static async Task CompactAsync(GatewayUnderTest gateway, Store store)
    {
        string[] statements =
            store == Store.Sqlite ? ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"] : ["ANALYZE", "VACUUM FULL", "CHECKPOINT"];
        foreach (var statement in statements)
        {
            await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
            await using var command = connection.CreateCommand();
            (command.CommandText, command.CommandTimeout) = (statement, 60);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    private static async Task<List<string>> FoundAsync(GatewayUnderTest gateway, Store store, RedisServer redis)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(gateway.DataDirectory, "*", SearchOption.AllDirectories))
        {
            found.UnionWith(In(file));
        }

        // Its write-ahead log holds what it held until it is used again.
        if (store == Store.PostgreSql)
        {
            var data = await TextAsync(gateway, "SHOW data_directory");
            foreach (var folder in new[] { "base", "global" })
            {
                foreach (var file in Directory.EnumerateFiles(Path.Combine(data, folder), "*", SearchOption.AllDirectories))
                {
                    found.UnionWith(In(file));
                }
            }
        }

        found.UnionWith(CanariesIn(await redis.DumpAsync()));
        return [.. found];
    }

    private static IEnumerable<string> In(string file)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (FileNotFoundException)
        {
            // A file that the store has removed meanwhile.
            return [];
        }

        return CanariesIn(bytes);
    }

    private static IEnumerable<string> CanariesIn(byte[] bytes) =>
        Canaries.Where(canary => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(canary)) >= 0);

    private static async Task<string> TextAsync(GatewayUnderTest gateway, string sql)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        return (await connection.Command(sql).ListAsync(row => row.GetString(0), CancellationToken.None)).Single();
    }
}
