using Microsoft.Data.Sqlite;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Storage;

/// <summary>How much of SQLite's log is in use is read from the file that SQLite itself writes.</summary>
public sealed class SqliteLogFileTests : IDisposable
{
    private const int Frame = 4096 + 24;
    private readonly string directory = TestEnvironment.NewDirectory("log-file");
    private readonly SqliteConnection connection;
    private readonly SqliteLogFile log;

    public SqliteLogFileTests()
    {
        var database = Path.Combine(directory, "test.db");
        log = new SqliteLogFile(database);
        connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        Run("PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0", "CREATE TABLE t (x BLOB)");
    }

    [Fact]
    public void IsLongerThan_WithoutLog_False() => Assert.False(new SqliteLogFile(Path.Combine(directory, "none.db")).IsLongerThan(0));

    [Fact]
    public void IsLongerThan_WhatIsWritten_False()
    {
        Fill(100);

        Assert.True(log.IsLongerThan(90 * Frame));
        Assert.False(log.IsLongerThan(200 * Frame));
    }

    [Fact]
    public void IsLongerThan_LogThatBeganAnew_CountsFromThere()
    {
        Fill(300);
        Run("PRAGMA wal_checkpoint(PASSIVE)");
        var length = new FileInfo(Path.Combine(directory, "test.db-wal")).Length;
        Assert.True(log.IsLongerThan(200 * Frame));

        Fill(50);

        Assert.Equal(length, new FileInfo(Path.Combine(directory, "test.db-wal")).Length);
        Assert.False(log.IsLongerThan(200 * Frame));
        Assert.True(log.IsLongerThan(40 * Frame));
    }

    public void Dispose()
    {
        connection.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private void Fill(int pages) => Run($"INSERT INTO t VALUES (zeroblob({pages * 4096}))");

    private void Run(params string[] statements)
    {
        foreach (var statement in statements)
        {
            using var command = connection.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }
    }
}
