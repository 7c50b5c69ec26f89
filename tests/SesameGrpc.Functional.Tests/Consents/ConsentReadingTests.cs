using Microsoft.AspNetCore.Http;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Listeners;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Consents;

/// <summary>Calls that want the same consent at one time share one reading of the store, but never to refuse what was agreed to before they came.</summary>
public sealed class ConsentReadingTests(Stores stores)
{
    private const string Scope = "score.read";

    [Fact]
    public async Task Misses_OfOneConsentAtOnce_ShareOneReading()
    {
        await using var gateway = await StartAsync();
        var subject = (await gateway.AgreeAsync("anna", "lender", Scope)).Subject;
        List<Task<Agreement>> calls = [];
        await using (await SlowReadings.BeginAsync(gateway))
        {
            calls.AddRange(Enumerable.Range(0, 1000).Select(_ => FindAsync(gateway, subject)));
            await Eventually.HoldsAsync(async () => await SlowReadings.CountAsync(gateway) > 0, "the reading is under way");
            Assert.Equal(1, await SlowReadings.CountAsync(gateway));
        }

        var consents = (await Task.WhenAll(calls)).Select(agreement => agreement.Consent);
        Assert.Single(consents.Distinct(ReferenceEqualityComparer.Instance), consent => consent is not null);
    }

    [Fact]
    public async Task Consent_GrantedWhileAnEarlierCallStillReads_CountsForTheCallsBehindIt()
    {
        await using var gateway = await StartAsync();
        var subject = (await gateway.AgreeAsync("anna", "lender", Scope)).Subject;
        await StoreAsync(gateway, "UPDATE consents SET state = 3, ended_us = 1");
        Task<Agreement> before;
        List<Task<Agreement>> behind;
        await using (await SlowReadings.BeginAsync(gateway))
        {
            before = FindAsync(gateway, subject);
            await Eventually.HoldsAsync(async () => await SlowReadings.CountAsync(gateway) == 1, "the reading is under way");
            await StoreAsync(gateway, "UPDATE consents SET state = 1, ended_us = NULL");
            behind = [.. Enumerable.Range(0, 100).Select(_ => FindAsync(gateway, subject))];
        }

        Assert.Null((await before).Consent);
        Assert.All(await Task.WhenAll(behind), agreement => Assert.NotNull(agreement.Consent));
    }

    private async Task<GatewayUnderTest> StartAsync()
    {
        var gateway = await stores.StartGatewayAsync(Store.PostgreSql, new GatewaySetup { Production = true });
        await gateway.OnboardAsync("lender");
        await gateway.FeedAsync("anna", 700);
        return gateway;
    }

    private static Task<int> StoreAsync(GatewayUnderTest gateway, string sql) =>
        gateway
            .Service<Database>()
            .WriteAsync((transaction, token) => transaction.Command(sql).ExecuteAsync(token), CancellationToken.None);

    private static Task<Agreement> FindAsync(GatewayUnderTest gateway, string subject)
    {
        var http = new DefaultHttpContext();
        http.Features.Set(new CallerConnection(Listener.Partner));
        var call = new Call(http, gateway.Service<AuditEntries>(), null)
        {
            Partner = gateway.Service<PartnerDirectory>().Current.Find("lender"),
        };
        return gateway.Service<ConsentReader>().FindAsync(call, subject, Scope, null).AsTask();
    }

    /// <summary>
    /// While it is there, readings of subjects take their snapshot and then wait: the table is a view that asks for a lock which the test holds.
    /// </summary>
    private sealed class SlowReadings(System.Data.Common.DbConnection holder) : IAsyncDisposable
    {
        private const long Lock = 4711;

        public static async Task<SlowReadings> BeginAsync(GatewayUnderTest gateway)
        {
            var holder = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
            await holder.Command($"SELECT pg_advisory_lock({Lock})").ExecuteAsync(CancellationToken.None);
            await holder
                .Command(
                    $"""
                    ALTER TABLE subjects RENAME TO subjects_kept;
                    CREATE VIEW subjects AS SELECT * FROM subjects_kept WHERE (SELECT pg_advisory_xact_lock_shared({Lock})) IS NOT NULL
                    """
                )
                .ExecuteAsync(CancellationToken.None);
            return new SlowReadings(holder);
        }

        /// <summary>How many readings wait.</summary>
        public static async Task<long?> CountAsync(GatewayUnderTest gateway)
        {
            await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
            return await connection
                .Command("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                .ScalarInt64Async(CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await holder.Command($"SELECT pg_advisory_unlock({Lock})").ExecuteAsync(CancellationToken.None);
            await holder.DisposeAsync();
        }
    }
}
