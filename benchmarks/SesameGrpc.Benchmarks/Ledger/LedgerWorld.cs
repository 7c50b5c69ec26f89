using Google.Protobuf;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Ledger;

/// <summary>The same world on every store: one partner, one programme whose limits nobody reaches, and many persons, so that grants meet different rows.</summary>
internal sealed class LedgerWorld(int persons) : IDisposable
{
    public const string PartnerId = "bench";
    public const string Programme = "bike.deposit_free";

    /// <summary>Persons are called by numbers from here on: pgbench draws them by itself.</summary>
    public const int FirstPerson = 1_000_000;

    private const int Score = 900;

    // The highest that a programme file may say: there must be persons enough for all grants of a run.
    private const int MostOpen = 100;
    private const long HighestAmount = 1_000_000_000_000_000;

    private readonly string programmes = WriteProgrammes();

    public int Persons => persons;

    /// <summary>A gateway on an empty database, which then holds this world. Null: on SQLite.</summary>
    public async Task<GatewayUnderTest> StartGatewayAsync(string? postgreSql)
    {
        var settings = new Dictionary<string, string?> { ["Sesame:Programmes:File"] = programmes };
        var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { PostgreSql = postgreSql, Settings = settings });
        await gateway.OnboardAsync(PartnerId, new Enrolment { Programme = Programme });
        var now = gateway.Service<TimeProvider>().GetUtcNow().ToMicros();
        await gateway
            .Service<Database>()
            .WriteAsync(
                async (transaction, token) =>
                {
                    await transaction
                        .Command(
                            """
                            WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < @persons)
                            INSERT INTO persons (person_id, external_id, version, opted_in, opted_in_us, court_listed, score, score_version, model_version, as_of_us)
                            SELECT CAST(@first + n AS TEXT), CAST(@first + n AS TEXT), 1, 1, 1, 0, @score, 1, 'bench', @now FROM numbers
                            """,
                            ("persons", persons),
                            ("first", FirstPerson),
                            ("score", Score),
                            ("now", now)
                        )
                        .ExecuteAsync(token);
                    foreach (var sql in Agreements)
                    {
                        await transaction.Command(sql, ("partner", PartnerId), ("now", now)).ExecuteAsync(token);
                    }

                    return true;
                },
                CancellationToken.None
            );
        return gateway;
    }

    // Everybody knows the partner and has agreed.
    private static IEnumerable<string> Agreements =>
        [
            "INSERT INTO subjects (partner_id, subject, person_id, created_us) SELECT @partner, person_id, person_id, @now FROM persons",
            """
                INSERT INTO consents (consent_id, partner_id, person_id, subject, purpose, scopes, programmes, state, granted_us, expire_us)
                SELECT 'consent-' || person_id, @partner, person_id, person_id, 1, 'deposit_waiver.write eligibility.check', '*', 1, @now, @now + 86400000000 FROM persons
                """,
        ];

    public string DrawPerson() => $"{FirstPerson + Random.Shared.Next(persons)}";

    /// <summary>Throws unless the answer is the grant that was asked for.</summary>
    public static void RequireGranted(GrantDepositWaiverResponse? answer, string orderId)
    {
        if (answer?.DepositWaiver is not { State: DepositWaiverState.Active } waiver || waiver.OrderId != orderId)
        {
            throw new InvalidOperationException($"The order {orderId} was not granted: {answer}");
        }
    }

    public void Dispose() => File.Delete(programmes);

    private static string WriteProgrammes()
    {
        var shipped = Path.Combine(AppContext.BaseDirectory, "Programmes", "programmes.json");
        var catalogue = ProgrammeCatalogue.Parser.ParseJson(File.ReadAllText(shipped));
        var programme = catalogue.Programmes.Single(programme => programme.Programme_ == Programme);
        (programme.ProgrammeLimit, programme.PartnerLimit) = (null, null);
        catalogue.OverallLimits.OpenCount = MostOpen;
        foreach (var band in catalogue.OverallLimits.QuotaBands)
        {
            band.AmountLimit.MinorUnits = HighestAmount;
        }

        var path = Path.Combine(TestEnvironment.NewDirectory("programmes"), "programmes.json");
        File.WriteAllText(path, JsonFormatter.Default.Format(catalogue));
        return path;
    }
}
