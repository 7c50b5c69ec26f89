using System.Data.Common;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Persons;

/// <summary>A person's row as stored, opted in or not.</summary>
internal sealed record PersonRow(PersonSnapshot Person, bool OptedIn, long? OptedOutMicros);

/// <summary>Persons in the store of record. Invariant: version rises by one with every change of a row.</summary>
internal sealed class PersonStore(Database database, TimeProvider time)
{
    public const string Columns =
        "version, opted_in, opted_in_us, opted_out_us, court_listed, score, credit_history, fulfilment_capacity, behaviour_preference, "
        + "personal_characteristics, contact_network, model_version, as_of_us";

    private const string Find = $"SELECT {Columns} FROM persons WHERE person_id = @id";

    public async Task<PersonRow?> FindAsync(string person, CancellationToken cancellationToken)
    {
        var readMicros = time.NowMicros();
        await using var connection = await database.OpenAsync(cancellationToken);
        var rows = await connection.Command(Find, ("id", person)).ListAsync(row => Map(row, readMicros), cancellationToken);
        return rows.SingleOrDefault();
    }

    public async Task<PersonRow?> FindAsync(DbTransaction transaction, string person, CancellationToken cancellationToken)
    {
        var readMicros = time.NowMicros();
        var rows = await transaction.Command(Find, ("id", person)).ListAsync(row => Map(row, readMicros), cancellationToken);
        return rows.SingleOrDefault();
    }

    /// <summary>Opts a person in; one who is opted in already stays as they are. Returns the row's new version, or null when nothing changed.</summary>
    public Task<long?> OptInAsync(DbTransaction transaction, string person, CancellationToken cancellationToken) =>
        transaction
            .Command(
                """
                INSERT INTO persons (person_id, version, opted_in, opted_in_us, court_listed, score_version) VALUES (@id, 1, 1, @now, 0, 0)
                ON CONFLICT (person_id) DO UPDATE SET version = persons.version + 1, opted_in = 1, opted_in_us = @now, opted_out_us = NULL WHERE persons.opted_in = 0
                RETURNING version
                """,
                ("id", person),
                ("now", time.NowMicros())
            )
            .ScalarInt64Async(cancellationToken);

    /// <summary>Opts a person out and deletes the score. Returns the row's new version, or null when nothing changed.</summary>
    public Task<long?> OptOutAsync(DbTransaction transaction, string person, CancellationToken cancellationToken) =>
        transaction
            .Command(
                """
                UPDATE persons SET version = version + 1, opted_in = 0, opted_out_us = @now, score = NULL, credit_history = NULL, fulfilment_capacity = NULL,
                    behaviour_preference = NULL, personal_characteristics = NULL, contact_network = NULL, model_version = NULL, as_of_us = NULL
                WHERE person_id = @id AND opted_in = 1
                RETURNING version
                """,
                ("id", person),
                ("now", time.NowMicros())
            )
            .ScalarInt64Async(cancellationToken);

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    public static PersonRow Map(DbDataReader row, long readMicros)
    {
        var parts = row.IsDBNull(6)
            ? null
            : new ScoreParts(row.GetInt32(6), row.GetInt32(7), row.GetInt32(8), row.GetInt32(9), row.GetInt32(10));
        var person = new PersonSnapshot
        {
            Version = row.GetInt64(0),
            OptedInMicros = row.GetInt64(2),
            CourtListed = row.GetInt32(4) == 1,
            FedScore = row.NullableInt32(5),
            Parts = parts,
            ModelVersion = row.IsDBNull(11) ? "" : row.GetString(11),
            AsOfMicros = row.NullableInt64(12) ?? 0,
            ReadMicros = readMicros,
        };
        return new PersonRow(person, row.GetInt32(1) == 1, row.NullableInt64(3));
    }
}
