using System.Data.Common;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// A person's row as stored, opted in or not. The id is internal, made at random at the first opt-in: what everything else in the store knows the person by. The external id is the operator's.
/// </summary>
internal sealed record PersonRow(
    string Id,
    string ExternalId,
    PersonSnapshot Person,
    bool OptedIn,
    long OptedInMicros,
    long? OptedOutMicros
);

/// <summary>Persons in the store of record. Invariant: version rises by one with every change of a row.</summary>
internal sealed class PersonStore(Database database, TimeProvider time)
{
    public const string Columns =
        "version, opted_in, opted_in_us, opted_out_us, court_listed, score, credit_history, fulfilment_capacity, behaviour_preference, "
        + "personal_characteristics, contact_network, model_version, as_of_us, person_id, external_id";

    private const string Find = $"SELECT {Columns} FROM persons WHERE person_id = @id";
    private const string FindExternal = $"SELECT {Columns} FROM persons WHERE external_id = @id";

    public async Task<PersonRow?> FindAsync(string person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await SingleAsync(connection.Command(Find, ("id", person)), cancellationToken);
    }

    /// <summary>Finds by the operator's id.</summary>
    public async Task<PersonRow?> FindByExternalIdAsync(string externalId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await SingleAsync(connection.Command(FindExternal, ("id", externalId)), cancellationToken);
    }

    /// <summary>The operator's ids of persons; those that lead to nobody are left out.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ExternalIdsAsync(
        IReadOnlyCollection<string> persons,
        CancellationToken cancellationToken
    )
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var connection = await database.OpenAsync(cancellationToken);
        foreach (var person in persons)
        {
            if (await SingleAsync(connection.Command(Find, ("id", person)), cancellationToken) is { } row)
            {
                found[person] = row.ExternalId;
            }
        }

        return found;
    }

    /// <summary>Finds by the operator's id, inside a transaction.</summary>
    public Task<PersonRow?> FindByExternalIdAsync(DbTransaction transaction, string externalId, CancellationToken cancellationToken) =>
        SingleAsync(transaction.Command(FindExternal, ("id", externalId)), cancellationToken);

    /// <summary>Reads a person's row and locks it to the end of the transaction; null: there is none.</summary>
    public Task<PersonRow?> LockAsync(DbTransaction transaction, string person, CancellationToken cancellationToken) =>
        SingleAsync(
            transaction.Command(database.Provider == StorageProvider.Sqlite ? Find : $"{Find} FOR NO KEY UPDATE", ("id", person)),
            cancellationToken
        );

    /// <summary>Opts a person in, by the operator's id; one who is opted in already stays as they are. Returns the row's new version, or null when nothing changed.</summary>
    public Task<long?> OptInAsync(DbTransaction transaction, string externalId, CancellationToken cancellationToken) =>
        transaction
            .Command(
                """
                INSERT INTO persons (person_id, external_id, version, opted_in, opted_in_us, court_listed, score_version) VALUES (@id, @external, 1, 1, @now, 0, 0)
                ON CONFLICT (external_id) DO UPDATE SET version = persons.version + 1, opted_in = 1, opted_in_us = @now, opted_out_us = NULL WHERE persons.opted_in = 0
                RETURNING version
                """,
                ("id", TimedId.New(time.NowMicros())),
                ("external", externalId),
                ("now", time.NowMicros())
            )
            .ScalarInt64Async(cancellationToken);

    /// <summary>Opts a person out, by the operator's id, and deletes the score. Returns the row's new version, or null when nothing changed.</summary>
    public Task<long?> OptOutAsync(DbTransaction transaction, string externalId, CancellationToken cancellationToken) =>
        transaction
            .Command(
                """
                UPDATE persons SET version = version + 1, opted_in = 0, opted_out_us = @now, score = NULL, credit_history = NULL, fulfilment_capacity = NULL,
                    behaviour_preference = NULL, personal_characteristics = NULL, contact_network = NULL, model_version = NULL, as_of_us = NULL
                WHERE external_id = @external AND opted_in = 1
                RETURNING version
                """,
                ("external", externalId),
                ("now", time.NowMicros())
            )
            .ScalarInt64Async(cancellationToken);

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    public static PersonRow Map(DbDataReader row, long readMicros)
    {
        var parts = row.IsDBNull(6)
            ? null
            : new ScoreParts(row.GetInt32(6), row.GetInt32(7), row.GetInt32(8), row.GetInt32(9), row.GetInt32(10));
        var optedInMicros = row.GetInt64(2);
        var person = new PersonSnapshot
        {
            Version = row.GetInt64(0),
            CourtListed = row.GetInt32(4) == 1,
            FedScore = row.NullableInt32(5),
            Parts = parts,
            ModelVersion = row.IsDBNull(11) ? "" : row.GetString(11),
            AsOfMicros = row.NullableInt64(12) ?? optedInMicros,
            ReadMicros = readMicros,
        };
        return new PersonRow(row.GetString(13), row.GetString(14), person, row.GetInt32(1) == 1, optedInMicros, row.NullableInt64(3));
    }

    private async Task<PersonRow?> SingleAsync(DbCommand command, CancellationToken cancellationToken)
    {
        var readMicros = time.NowMicros();
        var rows = await command.ListAsync(row => Map(row, readMicros), cancellationToken);
        return rows.SingleOrDefault();
    }
}
