using System.Data.Common;
using Google.Protobuf;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Programmes;

/// <summary>A version of a programme, as stored.</summary>
internal sealed record StoredProgramme(Programme Document, long CreatedMicros, string Creator);

/// <summary>
/// Versions of programmes and their activations in the store of record: only ever added to. Invariant: whoever adds holds the lock of the directory's version, which tells every instance to read them again.
/// </summary>
internal sealed class ProgrammeStore(Database database)
{
    private const string VersionColumns = "document, created_us, creator";
    private const string Activations =
        "SELECT activation, programme, version, from_us, returns_to, created_us, creator FROM programme_activations";

    public async Task<StoredProgramme?> FindAsync(string programme, int version, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var found = await connection
            .Command(
                $"SELECT {VersionColumns} FROM programme_versions WHERE programme = @programme AND version = @version",
                ("programme", programme),
                ("version", version)
            )
            .ListAsync(MapVersion, cancellationToken);
        return found.SingleOrDefault();
    }

    /// <summary>Versions behind a place, of one programme or of all, in the order of programme and version.</summary>
    public async Task<List<StoredProgramme>> ListAsync(
        string programme,
        (string Programme, int Version) behind,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                $"""
                SELECT {VersionColumns} FROM programme_versions
                WHERE (@programme = '' OR programme = @programme) AND (programme > @behind OR (programme = @behind AND version > @version))
                ORDER BY programme, version LIMIT @limit
                """,
                ("programme", programme),
                ("behind", behind.Programme),
                ("version", behind.Version),
                ("limit", limit)
            )
            .ListAsync(MapVersion, cancellationToken);
    }

    /// <summary>All activations of all programmes, by number.</summary>
    public async Task<List<Activation>> ActivationsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.Command($"{Activations} ORDER BY activation").ListAsync(MapActivation, cancellationToken);
    }

    /// <summary>The activations of one programme, by number, inside a transaction.</summary>
    public static Task<List<Activation>> ActivationsAsync(
        DbTransaction transaction,
        string programme,
        CancellationToken cancellationToken
    ) =>
        transaction
            .Command($"{Activations} WHERE programme = @programme ORDER BY activation", ("programme", programme))
            .ListAsync(MapActivation, cancellationToken);

    /// <summary>The versions of one programme, oldest first, inside a transaction.</summary>
    public static Task<List<StoredProgramme>> VersionsAsync(
        DbTransaction transaction,
        string programme,
        CancellationToken cancellationToken
    ) =>
        transaction
            .Command(
                $"SELECT {VersionColumns} FROM programme_versions WHERE programme = @programme ORDER BY version",
                ("programme", programme)
            )
            .ListAsync(MapVersion, cancellationToken);

    public static Task<int> InsertAsync(DbTransaction transaction, StoredProgramme version, CancellationToken cancellationToken) =>
        transaction
            .Command(
                """
                INSERT INTO programme_versions (programme, version, document, created_us, creator)
                VALUES (@programme, @version, @document, @created, @creator)
                """,
                ("programme", version.Document.Programme_),
                ("version", version.Document.Version),
                ("document", version.Document.ToByteArray()),
                ("created", version.CreatedMicros),
                ("creator", version.Creator)
            )
            .ExecuteAsync(cancellationToken);

    /// <summary>Stores an activation; its number is given here.</summary>
    public static async Task<Activation> InsertAsync(DbTransaction transaction, Activation activation, CancellationToken cancellationToken)
    {
        var last = await transaction.Command("SELECT MAX(activation) FROM programme_activations").ScalarInt64Async(cancellationToken);
        var numbered = activation with { Number = (last ?? 0) + 1 };
        await transaction
            .Command(
                """
                INSERT INTO programme_activations (activation, programme, version, from_us, returns_to, created_us, creator)
                VALUES (@number, @programme, @version, @from, @returns, @created, @creator)
                """,
                ("number", numbered.Number),
                ("programme", numbered.Programme),
                ("version", numbered.Version),
                ("from", numbered.FromMicros),
                ("returns", numbered.ReturnsTo),
                ("created", numbered.CreatedMicros),
                ("creator", numbered.Creator)
            )
            .ExecuteAsync(cancellationToken);
        return numbered;
    }

    private static StoredProgramme MapVersion(DbDataReader row) =>
        new(Programme.Parser.ParseFrom(row.GetFieldValue<byte[]>(0)), row.GetInt64(1), row.GetString(2));

    private static Activation MapActivation(DbDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), row.GetInt32(2), row.GetInt64(3), row.NullableInt64(4), row.GetInt64(5), row.GetString(6));
}
