using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Audit;

/// <summary>A person's leaves are found among many: in merged runs, in fresh ones, and behind the last.</summary>
public abstract class AuditSearchTests(Stores stores, Store store)
{
    private const int Persons = 1000;
    private const int Behind = 300;
    private const int Leaves = (LeafRun.FreshLeaves * (LeafRun.FanOut + 2)) + Behind;

    private static readonly GatewaySetup Rarely = new()
    {
        // Tests make the runs themselves.
        Settings = new Dictionary<string, string?> { ["Sesame:Audit:CheckpointMilliseconds"] = "60000" },
    };

    [Fact]
    public async Task Search_OfOneAmongManyLeaves_FindsAllOfThePersonsAndNoOthers()
    {
        await using var gateway = await stores.StartGatewayAsync(store, Rarely);
        var before = await SizeAsync(gateway);
        await AppendAsync(gateway);
        await IndexAsync(gateway);
        var (search, entries) = (gateway.Service<AuditSearch>(), gateway.Service<AuditEntries>());
        var hash = entries.SubjectHashOf("person-7").ToByteArray();
        var expected = Enumerable.Range(0, Leaves).Where(number => number % Persons == 7).Select(number => before + number).ToList();

        var newest = await search.NewestOfAsync(hash, long.MaxValue, int.MaxValue, CancellationToken.None);
        Assert.Equal(expected.AsEnumerable().Reverse(), newest.Select(leaf => leaf.Index));
        Assert.All(newest, leaf => Assert.Equal(hash, leaf.Parse().SubjectHash.ToByteArray()));

        var page = await search.NewestOfAsync(hash, expected[^3], 5, CancellationToken.None);
        Assert.Equal(expected.AsEnumerable().Reverse().Skip(3).Take(5), page.Select(leaf => leaf.Index));

        var filter = new LeafFilter(hash, null, expected[2] + 1, long.MinValue, long.MaxValue);
        var ascending = await search.FindAsync(filter, int.MaxValue, CancellationToken.None);
        Assert.Equal(expected.Skip(3), ascending.Leaves.Select(leaf => leaf.Index));
        Assert.Null(ascending.Next);
        Assert.Empty(await search.NewestOfAsync(entries.SubjectHashOf("nobody").ToByteArray(), long.MaxValue, 10, CancellationToken.None));
    }

    [Fact]
    public async Task Search_ForARareCaller_GoesOnAfterEachPartOfTheLog()
    {
        await using var gateway = await stores.StartGatewayAsync(store, Rarely);
        await AppendAsync(gateway);
        var search = gateway.Service<AuditSearch>();
        var filter = new LeafFilter(null, "partner:rare", 0, long.MinValue, long.MaxValue);

        var (found, pages) = (new List<StoredLeaf>(), 0);
        for (long? next = 0; next is { } first; pages++)
        {
            var page = await search.FindAsync(filter with { FirstIndex = first }, 100, CancellationToken.None);
            found.AddRange(page.Leaves);
            next = page.Next;
        }

        Assert.Equal(["0", $"{Leaves - 1}"], found.Select(leaf => leaf.Parse().CallId));
        Assert.Equal((Leaves / AuditSearch.MostScanned) + 1, pages);
    }

    [Fact]
    public async Task Index_OfTwoInstancesAtOnce_HasEachRunOnceAndIsWhatTheLeavesSay()
    {
        var connectionString = await stores.ConnectionStringAsync(store);
        await using var one = await GatewayUnderTest.StartAsync(Rarely with { PostgreSql = connectionString });
        await using var two = await GatewayUnderTest.StartAsync(Rarely with { PostgreSql = connectionString, Beside = one });
        await AppendAsync(one);

        await Task.WhenAll(IndexAsync(one), IndexAsync(two));

        await using var connection = await one.Service<Database>().OpenAsync(CancellationToken.None);
        Assert.Equal(LeafRun.FreshLeaves * (LeafRun.FanOut + 2), await AuditStore.IndexedAsync(connection, CancellationToken.None));
        var report = await one.Service<AuditVerification>().RunAsync(connection, null, _ => Task.CompletedTask, CancellationToken.None);
        Assert.Empty(report.Differences);
    }

    private static async Task AppendAsync(GatewayUnderTest gateway)
    {
        var (log, entries) = (gateway.Service<AuditLog>(), gateway.Service<AuditEntries>());
        var hashes = Enumerable.Range(0, Persons).Select(person => entries.SubjectHashOf($"person-{person}")).ToList();
        foreach (var numbers in Enumerable.Range(0, Leaves).Chunk(900))
        {
            await log.AppendAsync([.. numbers.Select(EntryOf)], CancellationToken.None);
        }

        AuditEntry EntryOf(int number)
        {
            var entry = entries.New(number is 0 or Leaves - 1 ? "partner:rare" : "partner:usual", "sesame.Test/Made", $"{number}");
            entry.SubjectHash = hashes[number % Persons];
            return entry;
        }
    }

    // Another instance may be first; then there is more to do, or nothing.
    private static async Task IndexAsync(GatewayUnderTest gateway)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        while (await AuditStore.IndexedAsync(connection, CancellationToken.None) + LeafRun.FreshLeaves <= await SizeAsync(gateway))
        {
            await gateway.Service<AuditIndexer>().IndexAsync(CancellationToken.None);
        }
    }

    private static async Task<long> SizeAsync(GatewayUnderTest gateway)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        return await AuditStore.SizeAsync(connection, CancellationToken.None);
    }
}

public sealed class SqliteAuditSearchTests(Stores stores) : AuditSearchTests(stores, Store.Sqlite);

public sealed class PostgreSqlAuditSearchTests(Stores stores) : AuditSearchTests(stores, Store.PostgreSql);
