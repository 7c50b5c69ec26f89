using System.Data.Common;
using Npgsql;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>Writes persons to PostgreSQL: newcomers by COPY, in its binary form, others by one statement.</summary>
internal static class ScoreRowCopy
{
    private const int ChunkBytes = 64 * 1024;

    private const string Copy = """
        COPY persons (person_id, external_id, version, opted_in, opted_in_us, court_listed, score, credit_history, fulfilment_capacity, behaviour_preference,
            personal_characteristics, contact_network, score_version, model_version, as_of_us) FROM STDIN (FORMAT BINARY)
        """;

    private const string UpdateAll = """
        UPDATE persons SET version = b.version, opted_in = 1, opted_out_us = NULL, opted_in_us = b.opted_in_us, court_listed = b.court_listed, score = b.score,
            credit_history = b.p1, fulfilment_capacity = b.p2, behaviour_preference = b.p3, personal_characteristics = b.p4, contact_network = b.p5,
            score_version = b.score_version, model_version = @model, as_of_us = b.as_of_us
        FROM unnest(@ids, @stored, @versions, @opted_in, @listed, @scores, @p1, @p2, @p3, @p4, @p5, @score_versions, @as_of)
            AS b (person_id, stored, version, opted_in_us, court_listed, score, p1, p2, p3, p4, p5, score_version, as_of_us)
        WHERE persons.person_id = b.person_id AND persons.version = b.stored
        """;

    /// <summary>Inserts persons whom the store did not have; false when it has one of them by now.</summary>
    public static async Task<bool> InsertAsync(
        NpgsqlConnection connection,
        IReadOnlyList<ScoredPerson> persons,
        string model,
        long nowMicros,
        CancellationToken cancellationToken
    )
    {
        if (persons.Count == 0)
        {
            return true;
        }

        var rows = new ScoreRowBuffer(ChunkBytes);
        var copy = await connection.BeginRawBinaryCopyAsync(Copy, cancellationToken);
        try
        {
            foreach (var (person, id) in persons.Zip(TimedId.New(nowMicros, persons.Count)))
            {
                Write(rows, person, id, model);
                if (rows.Length >= ChunkBytes)
                {
                    await copy.WriteAsync(rows.Take(), cancellationToken);
                }
            }

            rows.End();
            await copy.WriteAsync(rows.Take(), cancellationToken);
        }
        catch
        {
            await copy.CancelAsync();
            throw;
        }

        try
        {
            await copy.DisposeAsync();
            return true;
        }
        catch (PostgresException exception) when (StoreFaults.IsDuplicate(exception))
        {
            return false;
        }
    }

    /// <summary>Updates stored persons; false when one of them has changed since it was read.</summary>
    public static async Task<bool> UpdateAsync(
        DbTransaction transaction,
        IReadOnlyList<ScoredPerson> persons,
        string model,
        CancellationToken cancellationToken
    )
    {
        if (persons.Count == 0)
        {
            return true;
        }

        T[] Each<T>(Func<ScoredPerson, T> value) => [.. persons.Select(value)];
        var parts = Each(person => ScoreRowRules.PartsOf(person.Row!));
        int?[] Part(Func<ScoreParts, int> value) => [.. parts.Select(part => part is null ? (int?)null : value(part))];
        var updated = await transaction
            .Command(
                UpdateAll,
                ("ids", Each(person => person.PersonId)),
                ("stored", Each(person => person.StoredVersion)),
                ("versions", Each(person => person.Version)),
                ("opted_in", Each(person => person.OptedInMicros)),
                ("listed", Each(person => person.Row!.CourtListed ? 1 : 0)),
                ("scores", Each(person => ScoreRowRules.ScoreOf(person.Row!))),
                ("p1", Part(part => part.CreditHistory)),
                ("p2", Part(part => part.FulfilmentCapacity)),
                ("p3", Part(part => part.BehaviourPreference)),
                ("p4", Part(part => part.PersonalCharacteristics)),
                ("p5", Part(part => part.ContactNetwork)),
                ("score_versions", Each(person => person.ScoreVersion)),
                ("model", model),
                ("as_of", Each(person => person.Row!.AsOfUnixMicros))
            )
            .ExecuteAsync(cancellationToken);
        return updated == persons.Count;
    }

    private static void Write(ScoreRowBuffer rows, ScoredPerson person, string id, string model)
    {
        var row = person.Row!;
        var parts = ScoreRowRules.PartsOf(row);
        rows.Begin(fields: 15);
        rows.Text(id);
        rows.Text(person.ExternalId);
        rows.Int64(person.Version);
        rows.Int32(1);
        rows.Int64(person.OptedInMicros);
        rows.Int32(row.CourtListed ? 1 : 0);
        rows.Int32(parts?.Compose() ?? row.Score);
        rows.Int32(parts?.CreditHistory);
        rows.Int32(parts?.FulfilmentCapacity);
        rows.Int32(parts?.BehaviourPreference);
        rows.Int32(parts?.PersonalCharacteristics);
        rows.Int32(parts?.ContactNetwork);
        rows.Int64(person.ScoreVersion);
        rows.Text(model);
        rows.Int64(row.AsOfUnixMicros);
    }
}
