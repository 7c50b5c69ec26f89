using Microsoft.Data.Sqlite;
using Npgsql;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Imports;

/// <summary>The table that the shells load: the file's columns, with the types and checks that persons has for them.</summary>
internal static class ReferenceTable
{
    public const string Name = "scores";

    public static string Create(bool isKeyed) =>
        $"""
            CREATE TABLE scores (
                person       TEXT    NOT NULL{(isKeyed ? " PRIMARY KEY" : "")},
                version      BIGINT  NOT NULL CHECK (version >= 0),
                as_of_us     BIGINT,
                score        INTEGER CHECK (score BETWEEN 350 AND 950),
                court_listed INTEGER NOT NULL CHECK (court_listed IN (0, 1)),
                opted_in_us  BIGINT  NOT NULL,
                CHECK ((score IS NULL) = (as_of_us IS NULL))
            )
            """;
}

/// <summary>\copy of psql, on the PostgreSQL that the gateway writes to, in a database of its own.</summary>
internal sealed class PsqlCopy(ImportFile file, PostgresServer server, bool isKeyed) : ImportLoader(file, server)
{
    public const string Keyed = "psql \\copy";

    protected override string Name => isKeyed ? Keyed : $"{Keyed}, no index";

    public override async Task<ImportLoad> RunAsync()
    {
        await using var database = await ImportDatabase.CreateAsync(Server);
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await connection.Command(ReferenceTable.Create(isKeyed)).ExecuteAsync(CancellationToken.None);
        await database.SettleAsync();
        var address = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var (load, _) = await MeasureAsync(
            "psql",
            $"--host={address.Host}",
            $"--port={address.Port}",
            $"--username={address.Username}",
            $"--dbname={address.Database}",
            "--no-psqlrc",
            "--set=ON_ERROR_STOP=1",
            $"--command=\\copy {ReferenceTable.Name} from '{File.Path}' with (format csv, header)"
        );
        await VerifyAsync(connection, ReferenceTable.Name, "person", "version");
        return load;
    }
}

/// <summary>.import of the sqlite3 shell, into a new file, with the shell's own settings.</summary>
internal sealed class SqliteImport(ImportFile file, PostgresServer server, bool isKeyed) : ImportLoader(file, server)
{
    public const string Keyed = "sqlite3 .import";

    protected override string Name => isKeyed ? Keyed : $"{Keyed}, no index";

    public override async Task<ImportLoad> RunAsync()
    {
        var directory = TestEnvironment.NewDirectory("sqlite");
        try
        {
            var database = Path.Combine(directory, "scores.db");
            await using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
            await connection.OpenAsync();
            await connection.Command(ReferenceTable.Create(isKeyed)).ExecuteAsync(CancellationToken.None);
            await connection.CloseAsync();
            var (load, _) = await MeasureAsync("sqlite3", "-bail", "-csv", database, $".import --skip 1 {File.Path} {ReferenceTable.Name}");
            await connection.OpenAsync();
            await VerifyAsync(connection, ReferenceTable.Name, "person", "version");
            return load;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
