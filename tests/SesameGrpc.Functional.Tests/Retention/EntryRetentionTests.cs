using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Retention;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Soak.Ledger;
using SesameGrpc.TestSupport;
using SesameGrpc.TransparencyLog;
using Xunit;

namespace SesameGrpc.Functional.Tests.Retention;

/// <summary>Entries of the audit log end once they are old enough; everything else about the log still holds.</summary>
public abstract class EntryRetentionTests(Stores stores, Store store)
{
    private readonly StoppedTime time = new();

    [Fact]
    public async Task Sweep_OneMomentAroundTheAge_EndsTheOlderBundleOnly()
    {
        await using var gateway = await StartAsync();
        await gateway.AppendAsync(256, time.Cutoff() - OldLog.Moment);
        await gateway.AppendAsync(255, time.Cutoff() - OldLog.Moment);
        await gateway.AppendAsync(1, time.Cutoff());
        await gateway.AppendAsync(256, time.Cutoff() - OldLog.Moment);
        await gateway.PublishAsync();

        var sweep = await gateway.SweepAsync();
        var again = await gateway.SweepAsync();
        time.Advance(OldLog.Moment);
        var later = await gateway.SweepAsync();

        Assert.Equal((256, 0, 0), (sweep.Entries, sweep.Obligations, sweep.Left));
        Assert.Equal(default, again);
        Assert.Equal((512, 0), (later.Entries, later.Left));
    }

    /// <summary>Only what a checkpoint covers, and never a part of a bundle.</summary>
    [Fact]
    public async Task Sweep_OfWhatIsNotPublishedOrNoWholeBundle_EndsNothing()
    {
        await using var gateway = await StartAsync();
        await gateway.AppendAsync(255, time.Cutoff() - OldLog.Moment);
        await gateway.PublishAsync();
        Assert.Equal(default, await gateway.SweepAsync());

        await gateway.AppendAsync(1, time.Cutoff() - OldLog.Moment);
        Assert.Equal(default, await gateway.SweepAsync());

        await gateway.PublishAsync();
        Assert.Equal(256, (await gateway.SweepAsync()).Entries);
    }

    [Fact]
    public async Task AfterASweep_CheckpointsAndProofs_HoldAsBefore()
    {
        await using var gateway = await StartAsync();
        await gateway.AppendAsync(100, time.Cutoff() - OldLog.Moment);
        var older = await gateway.PublishAsync();
        await gateway.AppendAsync(700, time.Cutoff() - OldLog.Moment);
        await gateway.PublishAsync();
        var kept = await InclusionAsync(gateway, 5);

        var sweep = await gateway.SweepAsync();
        var newest = await gateway.PublishAsync();
        var ended = await InclusionAsync(gateway, 5);
        var remaining = await InclusionAsync(gateway, 768);
        var consistency = await gateway.Audit.GetAuditConsistencyProofAsync(new GetAuditConsistencyProofRequest { OldSize = older.Size });
        var report = await gateway.CheckAsync();

        Assert.Equal((768, 0), (sweep.Entries, sweep.Left));
        Assert.Equal(768, (await gateway.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest())).MinimumIndex);
        Assert.Empty(report.Differences);
        Assert.Equal((768, newest.Size), (report.Ended, report.Covered));
        Assert.True(
            TreeProof.IsConsistent(
                older.Size,
                older.Root,
                newest.Size,
                newest.Root,
                [.. consistency.Hashes.Select(hash => hash.ToByteArray())]
            )
        );
        Assert.Equal(ByteString.Empty, ended.Entry);
        Assert.True(Proves(ended, MerkleHash.OfLeaf(kept.Entry.Span), newest));
        Assert.Equal(ByteString.CopyFrom(MerkleHash.OfLeaf(kept.Entry.Span)), ended.LeafHash);
        Assert.True(Proves(remaining, MerkleHash.OfLeaf(remaining.Entry.Span), newest));
    }

    [Fact]
    public async Task AfterASweep_ExportAndSearch_HaveWhatIsLeft()
    {
        await using var gateway = await StartAsync();
        await gateway.AppendAsync(600, time.Cutoff() - OldLog.Moment);
        await gateway.PublishAsync();
        await gateway.SweepAsync();
        var newest = await gateway.PublishAsync();

        var rebuild = new LogRebuild([newest], AuditEntries.MinimumIndexOf);
        using var export = gateway.Audit.ExportAuditLog(new ExportAuditLogRequest());
        await foreach (var message in export.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal(rebuild.Size, message.FirstIndex);
            message.LeafHashes.ToList().ForEach(hash => rebuild.AppendEnded(hash.ToByteArray()));
            message.Entries.ToList().ForEach(entry => rebuild.Append(entry.Span));
        }

        rebuild.End();
        Assert.Empty(rebuild.Differences);
        Assert.Equal((newest.Size, 512), (rebuild.Size, rebuild.MinimumIndex));

        using var part = gateway.Audit.ExportAuditLog(new ExportAuditLogRequest { FirstIndex = 300, EndIndex = 520 });
        var messages = await part.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken).ToListAsync();
        Assert.Equal([(300, 212, 0), (512, 0, 8)], messages.Select(m => (m.FirstIndex, m.LeafHashes.Count, m.Entries.Count)));

        var found = await gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Caller = "partner:old", PageSize = 1000 });
        Assert.Equal(Enumerable.Range(512, 88).Select(index => (long)index), found.Records.Select(record => record.LeafIndex));
    }

    [Fact]
    public async Task Sweep_LeavesEntriesOfWhatItEnds_SignedBeforehand()
    {
        await using var gateway = await StartAsync();
        await gateway.AppendAsync(300, time.Cutoff() - OldLog.Moment);
        await gateway.PublishAsync();
        await gateway.SweepAsync();

        var page = await gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Caller = "gateway", PageSize = 1000 });
        var leaves = page.Records.Where(record => record.Entry.Method == "RetentionWorker").ToList();

        Assert.Equal(
            [new AuditRetention { MinimumIndex = 256 }, new AuditRetention { EndedEntries = 256 }],
            leaves.Select(leaf => leaf.Entry.Retention)
        );
        Assert.True((await gateway.NewestAsync()).Size > leaves[0].LeafIndex);
        Assert.Contains(gateway.Log.Lines, line => line.Contains("256 entries of the audit log", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sweep_OfWithdrawalsOnRecord_DeletesThoseOfMoreThanAnHourAgo()
    {
        await using var gateway = await StartAsync();
        var hour = (time.GetUtcNow() - TimeSpan.FromHours(1)).ToMicros();
        await gateway
            .Service<Database>()
            .WriteAsync(
                (transaction, token) =>
                    transaction
                        .Command(
                            "INSERT INTO withdrawals (number, person_id, created_us) VALUES (1, 'p', @before), (2, 'p', @at)",
                            ("before", hour - 1),
                            ("at", hour)
                        )
                        .ExecuteAsync(token),
                CancellationToken.None
            );

        await gateway.SweepAsync();

        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        var left = await connection.Command("SELECT number FROM withdrawals").ListAsync(row => row.GetInt64(0), CancellationToken.None);
        Assert.Equal([2], left);
    }

    /// <summary>More than one transaction deletes; each instance takes its turns, and each entry is deleted once.</summary>
    [Fact]
    public async Task Sweep_OfTwoInstancesAtOnce_EndsEachEntryOnce()
    {
        const int Count = 40 * 256;
        await using var one = await StartAsync();
        await using var two = await StartBesideAsync(one);
        await one.AppendAsync(Count, time.Cutoff() - OldLog.Moment);
        await one.AppendAsync(10, time.Cutoff());
        await one.PublishAsync();

        var sweeps = await Task.WhenAll(one.SweepAsync(), two.SweepAsync());
        await one.PublishAsync();

        Assert.Equal(Count, sweeps.Sum(sweep => sweep.Entries));
        Assert.All(sweeps, sweep => Assert.Equal(0, sweep.Left));
        var report = await one.CheckAsync();
        Assert.Empty(report.Differences);
        Assert.Equal(Count, report.Ended);
    }

    /// <summary>What a kill can leave behind: announced and not signed, signed and not deleted, deleted in part.</summary>
    [Fact]
    public async Task Sweep_AfterOneThatWasCutOffAnywhere_GoesOnAndIsSoundMeanwhile()
    {
        await using var gateway = await StartAsync();
        await gateway.AppendAsync(40 * 256, time.Cutoff() - OldLog.Moment);
        await gateway.PublishAsync();
        var steps = gateway.Service<EntryRetentionStore>();
        var leaf = gateway.Service<AuditEntries>().NewOfWorker(AuditEntries.Retention, null);
        leaf.Retention = new AuditRetention { MinimumIndex = 39 * 256 };

        Assert.True(await steps.AnnounceAsync(await StateAsync(), 39 * 256, leaf, CancellationToken.None));
        Assert.False(await steps.AnnounceAsync(new EntryRetention(0, 0, 0), 39 * 256, leaf, CancellationToken.None));
        Assert.False(await steps.IsCoveredAsync(await StateAsync(), CancellationToken.None));
        Assert.Empty((await gateway.CheckAsync()).Differences);

        await gateway.PublishAsync();
        Assert.True(await steps.IsCoveredAsync(await StateAsync(), CancellationToken.None));
        var before = await StateAsync();
        Assert.Equal(4096, await steps.DeleteAsync(before, CancellationToken.None));
        Assert.Null(await steps.DeleteAsync(before, CancellationToken.None));
        Assert.Empty((await gateway.CheckAsync()).Differences);

        Assert.Equal((36 * 256) - 4096 + (4 * 256), (await gateway.SweepAsync()).Entries);
        Assert.Equal((40 * 256, 40 * 256), ((await StateAsync()).MinimumIndex, (await gateway.CheckAsync()).Ended));

        Task<EntryRetention> StateAsync() => steps.ReadAsync(CancellationToken.None);
    }

    public static TheoryData<string, string> Tamperings =>
        new()
        {
            { "DELETE FROM audit_groups WHERE first_index = 600", "Leaf 600 is missing" },
            { "DELETE FROM audit_groups WHERE first_index < 768", "Leaf 512 is missing" },
            { "UPDATE audit_retention SET minimum_index = 256", "Leaf 256 is missing" },
            { "UPDATE audit_retention SET minimum_index = 768, ending_index = 768", "are said to have ended; those from 512 on have not" },
            { "UPDATE audit_retention SET minimum_index = 500", "no whole bundles" },
            { "UPDATE audit_retention SET minimum_index = 256000, ending_index = 256000", "no whole bundles" },
            {
                "INSERT INTO audit_groups SELECT 5, 1, oldest_us, newest_us, entries FROM audit_groups WHERE first_index = 600",
                "of which 512 have ended"
            },
            {
                "UPDATE audit_tiles SET hashes = (SELECT hashes FROM audit_tiles WHERE level = 0 AND tile_index = 1) WHERE level = 0 AND tile_index = 0",
                "checkpoint"
            },
            { "DELETE FROM audit_tiles WHERE level = 0 AND tile_index = 0", "Tile 0 of level 0" },
        };

    [Theory]
    [MemberData(nameof(Tamperings))]
    public async Task Check_OfASweptLogThatWasTamperedWith_NamesIt(string sql, string difference)
    {
        await using var gateway = await StartAsync();
        await gateway.AppendAsync(512, time.Cutoff() - OldLog.Moment);
        await gateway.AppendAsync(400, time.Cutoff());
        await gateway.PublishAsync();
        await gateway.SweepAsync();
        await gateway.PublishAsync();
        await gateway.SplitAsync();
        Assert.Empty((await gateway.CheckAsync()).Differences);

        await gateway
            .Service<Database>()
            .WriteAsync((transaction, token) => transaction.Command(sql).ExecuteAsync(token), CancellationToken.None);
        var report = await gateway.CheckAsync();

        Assert.Contains(report.Differences, found => found.Contains(difference, StringComparison.Ordinal));
    }

    /// <summary>Nor does a sweep delete what nothing has announced, and excuse it afterwards.</summary>
    [Fact]
    public async Task Sweep_WithAMarkThatNoEntrySpeaksOf_DeletesNothing()
    {
        await using var gateway = await StartAsync();
        await gateway.AppendAsync(600, time.Cutoff());
        await gateway.PublishAsync();
        await gateway
            .Service<Database>()
            .WriteAsync(
                (transaction, token) =>
                    transaction.Command("UPDATE audit_retention SET ending_index = 512, announced_size = 300").ExecuteAsync(token),
                CancellationToken.None
            );

        await Assert.ThrowsAsync<LogFormatException>(gateway.SweepAsync);

        await gateway.PublishAsync();
        var report = await gateway.CheckAsync();
        Assert.Equal((0, true), (report.Ended, report.Differences.Count == 0));
    }

    /// <summary>The mark alone is no excuse: entries that were taken away with it, before any entry says so, are missing.</summary>
    [Fact]
    public async Task Check_WithAMarkAndNoEntryOfTheWorker_NamesIt()
    {
        await using var gateway = await StartAsync();
        await gateway.AppendAsync(600, time.Cutoff());
        await gateway.PublishAsync();
        await gateway.SplitAsync();
        await gateway
            .Service<Database>()
            .WriteAsync(
                async (transaction, token) =>
                {
                    await transaction.Command("DELETE FROM audit_groups WHERE first_index < 256").ExecuteAsync(token);
                    return await transaction
                        .Command("UPDATE audit_retention SET minimum_index = 256, ending_index = 256")
                        .ExecuteAsync(token);
                },
                CancellationToken.None
            );

        Assert.Contains(
            (await gateway.CheckAsync()).Differences,
            found => found.Contains("those from 0 on have not", StringComparison.Ordinal)
        );
    }

    /// <summary>Nothing is deleted from a log that is not as it was signed: it may be evidence.</summary>
    [Fact]
    public async Task Sweep_OfAnUnsoundLog_DeletesNothing()
    {
        await using var gateway = await StartAsync();
        await gateway.AppendAsync(600, time.Cutoff() - OldLog.Moment);
        await gateway.PublishAsync();
        await gateway.SplitAsync();
        await gateway
            .Service<Database>()
            .WriteAsync(
                (transaction, token) => transaction.Command("DELETE FROM audit_groups WHERE first_index = 599").ExecuteAsync(token),
                CancellationToken.None
            );

        await Assert.ThrowsAsync<LogFormatException>(gateway.SweepAsync);

        Assert.Equal(0, (await gateway.Service<EntryRetentionStore>().ReadAsync(CancellationToken.None)).MinimumIndex);
    }

    private async Task<GatewayUnderTest> StartAsync() => await stores.StartGatewayAsync(store, OldLog.Setup(time));

    private async Task<GatewayUnderTest> StartBesideAsync(GatewayUnderTest first) =>
        await GatewayUnderTest.StartAsync(
            OldLog.Setup(time) with
            {
                Beside = first,
                PostgreSql = store == Store.PostgreSql ? first.Service<Database>().ConnectionString : null,
            }
        );

    private static async Task<GetAuditInclusionProofResponse> InclusionAsync(GatewayUnderTest gateway, long index) =>
        await gateway.Audit.GetAuditInclusionProofAsync(new GetAuditInclusionProofRequest { LeafIndex = index });

    private static bool Proves(GetAuditInclusionProofResponse proof, byte[] leafHash, Checkpoint checkpoint) =>
        TreeProof.IsIncluded(
            leafHash,
            proof.LeafIndex,
            checkpoint.Size,
            [.. proof.Hashes.Select(hash => hash.ToByteArray())],
            checkpoint.Root
        );
}

public sealed class SqliteEntryRetentionTests(Stores stores) : EntryRetentionTests(stores, Store.Sqlite);

public sealed class PostgreSqlEntryRetentionTests(Stores stores) : EntryRetentionTests(stores, Store.PostgreSql);
