using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Persons;

/// <summary>Imports of several messages, on both stores: newcomers take another way into it than the persons it has.</summary>
public abstract class ScoreImportTests(Stores stores, Store store)
{
    private const int Persons = 500;
    private const int Messages = 4;

    [Fact]
    public async Task Import_KnownPersonsAfterNewcomersOnly_AreDecidedOnAsEverElse()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        await gateway.FeedAsync("known", 700);
        await gateway.Persons.OptOutAsync(new OptOutRequest { RequestId = "o", Person = "known" });
        await gateway.FeedAsync("scored", 700, version: 5);
        ScoreRow[] newcomers = [Row(1, "a"), Row(2, "b")];
        ScoreRow[] mixed =
        [
            Row(3, "c"),
            Row(4, "scored", version: 5),
            Row(5, "known", version: 9),
            Row(6, "a", version: 2),
            Row(7, "b", version: 3, optedIn: 0),
            Row(8, "nobody", optedIn: 0),
        ];

        var response = await ImportAsync(gateway, "i", newcomers, mixed);

        Assert.Equal(
            (5L, 1L, 2L),
            (response.ScoreImport.AppliedRows, response.ScoreImport.UnchangedRows, response.ScoreImport.RejectedRows)
        );
        Assert.Equal([5L, 8L], response.Rejected.Select(row => row.Line));
        Assert.Equal(
            ["a 2 2", "b 2 3", "c 1 1", "known 2 1", "scored 1 5"],
            await ListAsync(gateway, "SELECT external_id || ' ' || version || ' ' || score_version FROM persons ORDER BY external_id")
        );
    }

    [Fact]
    public async Task Import_TwoStreamsOfTheSamePersons_EachPersonIsInsertedOnceAndEveryRowIsCounted()
    {
        await using var gateway = await stores.StartGatewayAsync(store);

        var both = await Task.WhenAll(ImportAsync(gateway, "one", Whole(version: 1)), ImportAsync(gateway, "two", Whole(version: 1)));

        Assert.Equal(Persons * Messages, both.Sum(response => response.ScoreImport.AppliedRows));
        Assert.Equal(Persons * Messages, both.Sum(response => response.ScoreImport.UnchangedRows));
        Assert.Equal([$"{Persons * Messages} 1 1"], await SummaryAsync(gateway));
    }

    [Fact]
    public async Task Import_TwoStreamsThatChangeTheSamePersons_VersionsRiseByEachRowThatWasApplied()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        await ImportAsync(gateway, "first", Whole(version: 1));

        var both = await Task.WhenAll(ImportAsync(gateway, "two", Whole(version: 2)), ImportAsync(gateway, "three", Whole(version: 3)));

        var applied = both.Sum(response => response.ScoreImport.AppliedRows);
        Assert.Equal(2 * Persons * Messages, applied + both.Sum(response => response.ScoreImport.UnchangedRows));
        Assert.Equal([$"{(Persons * Messages) + applied} 3 3"], await SummaryAsync(gateway));
    }

    private static ScoreRow[][] Whole(long version) =>
        [
            .. Enumerable
                .Range(1, Persons * Messages)
                .Select(line => Row(line, $"p{line * 7919 % (Persons * Messages)}", version))
                .Chunk(Persons),
        ];

    private static Task<List<string>> SummaryAsync(GatewayUnderTest gateway) =>
        ListAsync(gateway, "SELECT sum(version) || ' ' || min(score_version) || ' ' || max(score_version) FROM persons");

    private static async Task<List<string>> ListAsync(GatewayUnderTest gateway, string sql)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(TestContext.Current.CancellationToken);
        return await connection.Command(sql).ListAsync(row => row.GetString(0), TestContext.Current.CancellationToken);
    }

    private static ScoreRow Row(long line, string person, long version = 1, long optedIn = 1) =>
        new()
        {
            Line = line,
            Person = person,
            Score = 650,
            Version = version,
            OptedInUnixMicros = optedIn,
            AsOfUnixMicros = 1,
        };

    private static async Task<ImportScoresResponse> ImportAsync(GatewayUnderTest gateway, string import, params ScoreRow[][] messages)
    {
        using var call = gateway.ScoreFeed.ImportScores();
        await call.RequestStream.SendAsync([
            .. messages.Select(rows => new ImportScoresRequest
            {
                ImportId = import,
                ModelVersion = "test",
                Rows = { rows },
                Last = rows == messages[^1],
            }),
        ]);
        return await call;
    }
}

public sealed class SqliteScoreImportTests(Stores stores) : ScoreImportTests(stores, Store.Sqlite);

public sealed class PostgreSqlScoreImportTests(Stores stores) : ScoreImportTests(stores, Store.PostgreSql);
