using SesameGrpc.TestSupport;
using Xunit;

[assembly: AssemblyFixture(typeof(SesameGrpc.Functional.Tests.Stores))]

namespace SesameGrpc.Functional.Tests;

/// <summary>The two stores of record, as test data.</summary>
public enum Store
{
    Sqlite,
    PostgreSql,
}

/// <summary>Starts servers that tests share, when the first test asks for them. A missing program skips the test, and fails it in CI.</summary>
public sealed class Stores : IAsyncLifetime
{
    private readonly Lazy<Task<PostgresServer>> postgres = new(PostgresServer.StartAsync);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A gateway on a new, empty store.</summary>
    public async Task<GatewayUnderTest> StartGatewayAsync(Store store, GatewaySetup? setup = null) =>
        await GatewayUnderTest.StartAsync((setup ?? new GatewaySetup()) with { PostgreSql = await ConnectionStringAsync(store) });

    /// <summary>Connection string of a new database; null with SQLite.</summary>
    public async Task<string?> ConnectionStringAsync(Store store)
    {
        if (store == Store.Sqlite)
        {
            return null;
        }

        Require(PostgresServer.IsInstalled, "postgresql-15");
        return await (await postgres.Value).NewDatabaseAsync();
    }

    /// <summary>A redis-server for one test.</summary>
    public static async Task<RedisServer> StartRedisAsync(bool cluster = false)
    {
        Require(RedisServer.Program is not null, "redis-server");
        return await RedisServer.StartAsync(cluster);
    }

    /// <summary>Skips the test where a program is missing; fails it in CI.</summary>
    public static void Require(bool isInstalled, string package)
    {
        if (!isInstalled && TestEnvironment.IsCi)
        {
            Assert.Fail($"{package} is not installed.");
        }

        Assert.SkipUnless(isInstalled, $"{package} is not installed.");
    }

    public async ValueTask DisposeAsync()
    {
        if (postgres.IsValueCreated)
        {
            await (await postgres.Value).DisposeAsync();
        }
    }
}
