using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using SesameGrpc.TransparencyLog;
using Xunit;

namespace SesameGrpc.Functional.Tests.Audit;

/// <summary>What operators can do with the audit log: prove, search, export and check it.</summary>
public sealed class AuditServiceTests(Stores stores)
{
    private static readonly GatewaySetup Rarely = new()
    {
        // Tests publish themselves.
        Settings = new Dictionary<string, string?>
        {
            ["Sesame:Audit:CheckpointMilliseconds"] = "60000",
            ["Sesame:Audit:Origin"] = "log.example/audit",
        },
    };

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Proofs_OfEveryLeafAndEveryCheckpoint_Hold(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(store, Rarely);
        var notes = new List<string>();
        foreach (var count in new[] { 1, 2, 253, 256, 40 })
        {
            await AppendAsync(gateway, count);
            await gateway.PublishAsync();
            notes.Add((await gateway.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest())).Note);
        }

        var newest = await gateway.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest());
        var key = VerifierKey.Parse(newest.VerifierKey);
        var head = Checkpoint.Open(newest.Note, key);
        Assert.Equal("log.example/audit", head.Origin);
        Assert.True(head.Size >= 552);
        foreach (var older in notes.Select(note => Checkpoint.Open(note, key)))
        {
            var proof = await gateway.Audit.GetAuditConsistencyProofAsync(new GetAuditConsistencyProofRequest { OldSize = older.Size });
            Assert.True(TreeProof.IsConsistent(older.Size, older.Root, proof.NewSize, head.Root, HashesOf(proof.Hashes)));
        }

        foreach (var index in new[] { 0, 1, 255, 256, 300, head.Size - 1 })
        {
            var proof = await gateway.Audit.GetAuditInclusionProofAsync(new GetAuditInclusionProofRequest { LeafIndex = index });
            var hash = MerkleHash.OfLeaf(proof.Entry.Span);
            Assert.True(TreeProof.IsIncluded(hash, index, proof.TreeSize, HashesOf(proof.Hashes), head.Root));
            var byHash = await gateway.Audit.GetAuditInclusionProofAsync(
                new GetAuditInclusionProofRequest { LeafHash = ByteString.CopyFrom(hash) }
            );
            Assert.Equal(proof, byHash);
        }
    }

    [Fact]
    public async Task Proofs_BeyondTheCheckpoint_AreRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(Rarely);
        await AppendAsync(gateway, 3);
        await gateway.PublishAsync();
        var size = (await gateway.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest())).TreeSize;

        string[] reasons =
        [
            (await InclusionAsync(gateway, new GetAuditInclusionProofRequest { LeafIndex = size })).Reason,
            (await InclusionAsync(gateway, new GetAuditInclusionProofRequest { LeafIndex = -1 })).Reason,
            (await InclusionAsync(gateway, new GetAuditInclusionProofRequest { LeafIndex = 0, TreeSize = size + 1 })).Reason,
            (await InclusionAsync(gateway, new GetAuditInclusionProofRequest())).Reason,
            (
                await RefusedCall.OfAsync(
                    gateway.Audit.GetAuditConsistencyProofAsync(new GetAuditConsistencyProofRequest { OldSize = size + 1 })
                )
            ).Reason,
        ];
        Assert.All(reasons, reason => Assert.Equal("FIELD_INVALID", reason));
        Assert.Equal(
            "RESOURCE_NOT_FOUND",
            (await InclusionAsync(gateway, new GetAuditInclusionProofRequest { LeafHash = ByteString.CopyFrom(new byte[32]) })).Reason
        );
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Search_ByPersonCallerAndTime_FindsThemInOrderAndLeavesATrace(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(store, Rarely);
        var (log, entries) = (gateway.Service<AuditLog>(), gateway.Service<AuditEntries>());
        for (var number = 0; number < 12; number++)
        {
            var entry = entries.New(number % 2 == 0 ? "partner:even" : "partner:odd", "sesame.Test/Made", $"{number}");
            entry.RecordTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddDays(100 + number));
            entry.SubjectHash = entries.SubjectHashOf(number % 3 == 0 ? "anna" : "bert");
            await log.AppendAsync([entry], CancellationToken.None);
        }

        var old = new ListAuditEntriesRequest { UntilTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddDays(200)) };
        Assert.Equal("0 1 2 3 4 5 6 7 8 9 10 11", await SearchAsync(gateway, old));
        Assert.Equal("0 3 6 9", await SearchAsync(gateway, new(old) { Person = "anna" }));
        Assert.Equal("1 3 5 7 9 11", await SearchAsync(gateway, new(old) { Caller = "partner:odd" }));
        Assert.Equal("3 9", await SearchAsync(gateway, new(old) { Caller = "partner:odd", Person = "anna" }));
        Assert.Equal(
            "4 5 6 7 8 9 10 11",
            await SearchAsync(gateway, new(old) { FromTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddDays(104)) })
        );
        Assert.Equal("", await SearchAsync(gateway, new(old) { Person = "cora" }));

        var search = (await AuditLeafTests.LeavesAsync(gateway))[^1].Entry;
        Assert.Equal("sesame.operator.v1.AuditService/ListAuditEntries", search.Method);
        Assert.Equal(entries.SubjectHashOf("cora"), search.SubjectHash);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Export_OfTheWholeLog_HasTheRootOfTheCheckpoint(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(store, Rarely);
        await AppendAsync(gateway, 600);
        await gateway.PublishAsync();
        var newest = await gateway.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest());
        await AppendAsync(gateway, 5);

        var rebuild = new LogRebuild([Checkpoint.Open(newest.Note, VerifierKey.Parse(newest.VerifierKey))], AuditEntries.MinimumIndexOf);
        using var export = gateway.Audit.ExportAuditLog(new ExportAuditLogRequest());
        await foreach (var message in export.ResponseStream.ReadAllAsync())
        {
            Assert.Equal(rebuild.Size, message.FirstIndex);
            message.Entries.ToList().ForEach(entry => rebuild.Append(entry.Span));
        }

        rebuild.End();
        Assert.Equal(newest.TreeSize, rebuild.Size);
        Assert.Empty(rebuild.Differences);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Check_OfASoundLogInUse_FindsNothing(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(
            store,
            new GatewaySetup { Settings = new Dictionary<string, string?> { ["Sesame:Audit:CheckpointMilliseconds"] = "100" } }
        );
        await AppendAsync(gateway, 300);
        await gateway.PublishAsync();
        var note = (await gateway.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest())).Note;
        var appending = Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AppendAsync(gateway, 100)));

        for (var round = 0; round < 5; round++)
        {
            var last = await CheckAsync(gateway, note);
            Assert.Empty(last.Differences);
            Assert.True(last.CheckedLeaves >= last.CoveredLeaves && last.CoveredLeaves > 0);
        }

        await appending;
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Publish_OfTwoInstancesAtOnce_MakesOneChainOfCheckpoints(Store store)
    {
        var connection = await stores.ConnectionStringAsync(store);
        await using var one = await GatewayUnderTest.StartAsync(Rarely with { PostgreSql = connection });
        await using var two = await GatewayUnderTest.StartAsync(Rarely with { PostgreSql = connection, Beside = one });
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(AppendAsync(one, 30), AppendAsync(two, 30));
            var won = await Task.WhenAll(
                one.Service<AuditPublisher>().PublishAsync(CancellationToken.None),
                two.Service<AuditPublisher>().PublishAsync(CancellationToken.None)
            );
            Assert.Contains(true, won);
        }

        var last = await CheckAsync(one, "");
        Assert.Empty(last.Differences);
        Assert.True(last.CoveredLeaves >= 1200);
    }

    [Theory]
    [InlineData(Store.Sqlite, "UPDATE audit_tiles SET hashes = zeroblob(length(hashes)) WHERE level = 0 AND tile_index = 1")]
    [InlineData(
        Store.PostgreSql,
        "UPDATE audit_tiles SET hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0)) WHERE level = 0 AND tile_index = 1"
    )]
    [InlineData(
        Store.Sqlite,
        "UPDATE audit_groups SET entries = (SELECT entries FROM audit_groups WHERE first_index = 257) WHERE first_index = 258"
    )]
    [InlineData(
        Store.PostgreSql,
        "UPDATE audit_groups SET entries = (SELECT entries FROM audit_groups WHERE first_index = 257) WHERE first_index = 258"
    )]
    [InlineData(Store.Sqlite, "DELETE FROM audit_checkpoints WHERE size = (SELECT size FROM audit_publication)")]
    public async Task Publish_OverATamperedLog_SignsNothingAndSaysSo(Store store, string tamper)
    {
        await using var gateway = await stores.StartGatewayAsync(
            store,
            Rarely with
            {
                Settings = new Dictionary<string, string?> { ["Sesame:Audit:CheckpointMilliseconds"] = "100" },
            }
        );
        await AppendAsync(gateway, 300);
        await Eventually.HoldsAsync(async () => await PublishedAsync(gateway) >= 300, "the leaves are published");
        gateway.Log.ExpectError("no new one is signed");
        await using (var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None))
        {
            await StoredLeaves.SplitAsync(connection);
        }

        await gateway
            .Service<Database>()
            .WriteAsync((transaction, token) => transaction.Command(tamper).ExecuteAsync(token), CancellationToken.None);
        await AppendAsync(gateway, 1);

        await Eventually.HoldsAsync(
            () => Task.FromResult(gateway.Log.Lines.Any(line => line.Contains("no new one is signed", StringComparison.Ordinal))),
            "the fault is told"
        );
        Assert.NotEmpty((await CheckAsync(gateway, "")).Differences);
        await Assert.ThrowsAsync<LogFormatException>(() => gateway.Service<AuditPublisher>().PublishAsync(CancellationToken.None));
    }

    // Nothing, until the first checkpoint is signed.
    private static async Task<long> PublishedAsync(GatewayUnderTest gateway)
    {
        try
        {
            return (await gateway.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest())).TreeSize;
        }
        catch (RpcException early) when (early.StatusCode == StatusCode.NotFound)
        {
            return 0;
        }
    }

    private static async Task AppendAsync(GatewayUnderTest gateway, int count)
    {
        var (log, entries) = (gateway.Service<AuditLog>(), gateway.Service<AuditEntries>());
        await log.AppendAsync(
            [.. Enumerable.Range(0, count).Select(number => entries.New("gateway", "test", $"{number}"))],
            CancellationToken.None
        );
    }

    private static async Task<CheckAuditLogResponse> CheckAsync(GatewayUnderTest gateway, string earlierNote)
    {
        using var check = gateway.Audit.CheckAuditLog(new CheckAuditLogRequest { EarlierNote = earlierNote });
        var messages = await check.ResponseStream.ReadAllAsync().ToListAsync();
        Assert.True(messages[^1].Complete);
        return messages[^1];
    }

    private static Task<RefusedCall> InclusionAsync(GatewayUnderTest gateway, GetAuditInclusionProofRequest request) =>
        RefusedCall.OfAsync(gateway.Audit.GetAuditInclusionProofAsync(request));

    // In pages of two, so that every search turns pages.
    private static async Task<string> SearchAsync(GatewayUnderTest gateway, ListAuditEntriesRequest request)
    {
        var ids = new List<string>();
        request.PageSize = 2;
        do
        {
            var page = await gateway.Audit.ListAuditEntriesAsync(request);
            ids.AddRange(page.Records.Select(record => record.Entry.CallId));
            request.PageToken = page.NextPageToken;
        } while (request.PageToken.Length > 0);

        return string.Join(' ', ids);
    }

    private static List<byte[]> HashesOf(IEnumerable<ByteString> hashes) => [.. hashes.Select(hash => hash.ToByteArray())];
}
