using Microsoft.Data.Sqlite;
using SesameGrpc.Gateway.Storage;
using SQLitePCL;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>Writes persons to SQLite, each by a compiled statement whose values are bound by position.</summary>
internal static class ScoreRowStatements
{
    private const string InsertOne = """
        INSERT INTO persons (external_id, version, opted_in_us, court_listed, score, credit_history, fulfilment_capacity, behaviour_preference,
            personal_characteristics, contact_network, score_version, as_of_us, model_version, person_id, opted_in)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 1)
        """;

    private const string UpdateOne = """
        UPDATE persons SET version = ?2, opted_in = 1, opted_out_us = NULL, opted_in_us = ?3, court_listed = ?4, score = ?5, credit_history = ?6,
            fulfilment_capacity = ?7, behaviour_preference = ?8, personal_characteristics = ?9, contact_network = ?10, score_version = ?11, as_of_us = ?12,
            model_version = ?13
        WHERE external_id = ?1
        """;

    private const int Model = 13;
    private const int Id = 14;

    /// <summary>Inserts persons whom the store did not have; false when it has one of them.</summary>
    public static bool Insert(SqliteConnection connection, IReadOnlyList<ScoredPerson> persons, string model, long nowMicros)
    {
        using var statement = new ScoreRowStatement(connection, InsertOne);
        statement.Text(Model, model);
        try
        {
            foreach (var (person, id) in persons.Zip(TimedId.New(nowMicros, persons.Count)))
            {
                statement.Text(Id, id);
                Run(statement, person);
            }

            return true;
        }
        catch (SqliteException exception) when (StoreFaults.IsDuplicate(exception))
        {
            return false;
        }
    }

    public static void Update(SqliteConnection connection, IReadOnlyList<ScoredPerson> persons, string model)
    {
        using var statement = new ScoreRowStatement(connection, UpdateOne);
        statement.Text(Model, model);
        foreach (var person in persons)
        {
            Run(statement, person);
        }
    }

    private static void Run(ScoreRowStatement statement, ScoredPerson person)
    {
        var row = person.Row!;
        var parts = ScoreRowRules.PartsOf(row);
        statement.Text(1, person.ExternalId);
        statement.Number(2, person.Version);
        statement.Number(3, person.OptedInMicros);
        statement.Number(4, row.CourtListed ? 1 : 0);
        statement.Number(5, parts?.Compose() ?? row.Score);
        statement.Number(6, parts?.CreditHistory);
        statement.Number(7, parts?.FulfilmentCapacity);
        statement.Number(8, parts?.BehaviourPreference);
        statement.Number(9, parts?.PersonalCharacteristics);
        statement.Number(10, parts?.ContactNetwork);
        statement.Number(11, person.ScoreVersion);
        statement.Number(12, row.AsOfUnixMicros);
        statement.Run();
    }
}

/// <summary>A statement that is compiled once and run for each row. It is SQLite's own interface, because the provider's parameters are looked up by name at every run.</summary>
internal sealed class ScoreRowStatement : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly sqlite3_stmt statement;

    public ScoreRowStatement(SqliteConnection connection, string sql)
    {
        this.connection = connection;
        Check(raw.sqlite3_prepare_v2(connection.Handle, sql, out statement));
    }

    public void Text(int position, string value) => Check(raw.sqlite3_bind_text(statement, position, value));

    public void Number(int position, long? value) =>
        Check(value is { } number ? raw.sqlite3_bind_int64(statement, position, number) : raw.sqlite3_bind_null(statement, position));

    /// <summary>Runs it; what is bound stays so until it is bound again.</summary>
    public void Run()
    {
        var result = raw.sqlite3_step(statement);
        Check(result == raw.SQLITE_DONE ? raw.sqlite3_reset(statement) : result);
    }

    public void Dispose() => statement.Dispose();

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, connection.Handle);
}
