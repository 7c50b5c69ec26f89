using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Benchmarks.Memory;

/// <summary>Synthetic persons, each of whom is known from a number: SQL puts them into a store, and whatever is read of one can be checked. Half have parts, one of twenty is a newcomer.</summary>
internal static class MemoryWorld
{
    private const int RowsPerStatement = 1_000_000;
    private const long FirstAsOfMicros = 1_767_225_600_000_000;
    private const long MicrosPerSecond = 1_000_000;
    private const long OptedInMicros = FirstAsOfMicros - 1;

    // Ids of 32 characters, as the gateway makes them, and in their order.
    private const string Insert = """
        WITH RECURSIVE numbers (n) AS (SELECT CAST(@first AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < @end),
        parts AS (SELECT n, CASE WHEN n % 2 = 0 THEN 1 END AS whole, 350 + (n * 7) % 601 AS a, 350 + (n * 11) % 601 AS b, 350 + (n * 13) % 601 AS c,
            350 + (n * 17) % 601 AS d, 350 + (n * 19) % 601 AS e FROM numbers),
        scores AS (SELECT parts.*, CASE WHEN n % 20 = 19 THEN NULL WHEN whole = 1 THEN a ELSE (35 * a + 25 * b + 20 * c + 15 * d + 5 * e + 50) / 100 END AS score FROM parts)
        INSERT INTO persons (person_id, external_id, version, opted_in, opted_in_us, court_listed, score, credit_history, fulfilment_capacity,
            behaviour_preference, personal_characteristics, contact_network, score_version, model_version, as_of_us)
        SELECT 'f0000000000000000000' || CAST(100000000000 + n AS TEXT), CAST(100000000000 + n AS TEXT), 1 + n % 300, 1, @opted_in,
            CASE WHEN n % 1000 = 0 THEN 1 ELSE 0 END, score,
            CASE WHEN whole = 1 OR score IS NULL THEN NULL ELSE a END, CASE WHEN whole = 1 OR score IS NULL THEN NULL ELSE b END,
            CASE WHEN whole = 1 OR score IS NULL THEN NULL ELSE c END, CASE WHEN whole = 1 OR score IS NULL THEN NULL ELSE d END,
            CASE WHEN whole = 1 OR score IS NULL THEN NULL ELSE e END, 1, CASE WHEN score IS NULL THEN NULL ELSE 'bench-2026-01' END,
            CASE WHEN score IS NULL THEN NULL ELSE @as_of + (n % 86400) * 1000000 END
        FROM scores
        """;

    // What a person who agrees leaves: the partner's subject and the consent.
    private const string InsertConsents = """
        INSERT INTO subjects (partner_id, subject, person_id, created_us) SELECT 'bench-partner', md5(person_id), person_id, 1 FROM persons WHERE external_id < @end;
        INSERT INTO consents (consent_id, partner_id, person_id, subject, purpose, scopes, programmes, state, granted_us, expire_us)
        SELECT 'c' || substr(person_id, 2), 'bench-partner', person_id, md5(person_id), 1, 'eligibility.check score.read', 'bike.deposit_free', 1, 1, 2 FROM persons WHERE external_id < @end
        """;

    /// <summary>Has the first persons agree with one partner; with PostgreSQL only.</summary>
    public static Task AgreeAsync(Database database, long persons) =>
        database.WriteAsync(
            (transaction, token) =>
            {
                var command = transaction.Command(InsertConsents, ("end", $"{100_000_000_000 + persons}"));
                command.CommandTimeout = 0;
                return command.ExecuteAsync(token);
            },
            CancellationToken.None
        );

    public static string IdOf(long number) => $"f0000000000000000000{100_000_000_000 + number}";

    public static async Task PopulateAsync(Database database, long persons, Action<long> progress)
    {
        for (long first = 0; first < persons; first += RowsPerStatement)
        {
            await database.WriteAsync(
                (transaction, token) =>
                {
                    var command = transaction.Command(
                        Insert,
                        ("first", first),
                        ("end", Math.Min(first + RowsPerStatement, persons)),
                        ("opted_in", OptedInMicros),
                        ("as_of", FirstAsOfMicros)
                    );
                    command.CommandTimeout = 0;
                    return command.ExecuteAsync(token);
                },
                CancellationToken.None
            );
            progress(Math.Min(first + RowsPerStatement, persons));
        }
    }

    /// <summary>Throws unless this is what the store was given for the number.</summary>
    public static void Require(PersonSnapshot? person, long number)
    {
        var expected = Of(number);
        if (person is null || person with { ReadMicros = 0 } != expected)
        {
            throw new InvalidOperationException($"Person {number} was read as {person}, not as {expected}.");
        }
    }

    public static PersonSnapshot Of(long number)
    {
        var isNewcomer = number % 20 == 19;
        var parts = new ScoreParts(At(7), At(11), At(13), At(17), At(19));
        var isWhole = number % 2 == 0;
        return new PersonSnapshot
        {
            Version = 1 + (number % 300),
            CourtListed = number % 1000 == 0,
            FedScore =
                isNewcomer ? null
                : isWhole ? parts.CreditHistory
                : parts.Compose(),
            AsOfMicros = isNewcomer ? OptedInMicros : FirstAsOfMicros + (number % 86_400 * MicrosPerSecond),
            ModelVersion = isNewcomer ? "" : "bench-2026-01",
            Parts = isNewcomer || isWhole ? null : parts,
            ReadMicros = 0,
        };

        int At(int factor) => (int)(PersonSnapshot.Lowest + (number * factor % 601));
    }
}
