using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Persons;

/// <summary>What a person's row said before it changed, as far as it decides.</summary>
internal sealed record PersonVersion(long Version, bool CourtListed, int? FedScore, long? AsOfMicros, long EndedMicros);

/// <summary>
/// Former versions of persons' rows. Nothing here writes them: a trigger on persons does, so that no statement that changes a person can forget it (schema script 0013 and its migrations).
/// </summary>
internal sealed class PersonVersionStore(Database database)
{
    private const int MostAtOnce = 10_000;

    /// <summary>A person's former versions behind one, oldest first.</summary>
    public async Task<List<PersonVersion>> ListAsync(string person, long behindVersion, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                """
                SELECT version, court_listed, score, as_of_us, ended_us FROM person_versions
                WHERE person_id = @person AND version > @behind ORDER BY version LIMIT @limit
                """,
                ("person", person),
                ("behind", behindVersion),
                ("limit", limit)
            )
            .ListAsync(
                row => new PersonVersion(
                    row.GetInt64(0),
                    row.GetInt32(1) == 1,
                    row.NullableInt32(2),
                    row.NullableInt64(3),
                    row.GetInt64(4)
                ),
                cancellationToken
            );
    }

    /// <summary>Deletes those that ended before a time, a part in each transaction. Returns how many.</summary>
    public async Task<long> EndAsync(long cutoffMicros, CancellationToken cancellationToken)
    {
        var ended = 0L;
        for (var last = MostAtOnce; last == MostAtOnce; ended += last)
        {
            last = await database.WriteAsync(
                (transaction, token) =>
                    transaction
                        .Command(
                            """
                            DELETE FROM person_versions WHERE (person_id, version) IN
                                (SELECT person_id, version FROM person_versions WHERE ended_us < @cutoff ORDER BY ended_us LIMIT @most)
                            """,
                            ("cutoff", cutoffMicros),
                            ("most", MostAtOnce)
                        )
                        .ExecuteAsync(token),
                cancellationToken
            );
        }

        return ended;
    }

    public async Task<long> CountLeftAsync(long cutoffMicros, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
                .Command("SELECT COUNT(*) FROM person_versions WHERE ended_us < @cutoff", ("cutoff", cutoffMicros))
                .ScalarInt64Async(cancellationToken)
            ?? 0;
    }
}
