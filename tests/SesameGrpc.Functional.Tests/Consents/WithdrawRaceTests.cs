using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Soak.Consents;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Consents;

/// <summary>The short forms of tests/soak/withdraw-race.sh and oracle.sh.</summary>
public sealed class WithdrawRaceTests
{
    [Fact]
    public async Task Lookups_RacingAWithdrawalOnThreeInstances_WithRedisAndWithout_DiscloseNothingAfterIt()
    {
        Stores.Require(PostgresServer.IsInstalled, "postgresql-15");
        Stores.Require(RedisServer.Program is not null, "redis-server");
        var result = await WithdrawRace.RunAsync(StorageProvider.PostgreSql, 4000, TextWriter.Null);

        Assert.Equal((0, 0, 4), (result.DisclosedAfterAck, result.LeavesAfterWithdrawal, result.Withdrawals));
        Assert.InRange(result.Lookups, 4000, long.MaxValue);
    }

    // Times are compared by the script alone: a busy machine may not fail a test.
    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Refusals_ForEveryReasonNotToKnow_AreTheSameBytes(Store store)
    {
        if (store == Store.PostgreSql)
        {
            Stores.Require(PostgresServer.IsInstalled, "postgresql-15");
        }

        var result = await Oracle.RunAsync(
            store == Store.Sqlite ? StorageProvider.Sqlite : StorageProvider.PostgreSql,
            300,
            TextWriter.Null
        );

        Assert.True(result.BytesEqual);
        Assert.Equal(5, result.ByKind.Count);
    }
}
