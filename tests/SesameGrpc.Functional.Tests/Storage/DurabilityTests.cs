using SesameGrpc.Gateway.Storage;
using Xunit;

namespace SesameGrpc.Functional.Tests.Storage;

/// <summary>OK means durable: the stores are set so that a commit is on disk.</summary>
public sealed class DurabilityTests(Stores stores)
{
    [Theory]
    [InlineData(Store.Sqlite, "PRAGMA synchronous", "2")]
    [InlineData(Store.Sqlite, "PRAGMA journal_mode", "wal")]
    [InlineData(Store.PostgreSql, "SHOW synchronous_commit", "on")]
    [InlineData(Store.PostgreSql, "SHOW fsync", "on")]
    public async Task Commit_OnEitherStore_IsOnDisk(Store store, string question, string answer)
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        var settings = await connection.Command(question).ListAsync(row => row.GetValue(0).ToString(), CancellationToken.None);

        Assert.Equal([answer], settings);
    }
}
