using System.Text.Json;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Retention;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Fulfilments;

/// <summary>What other bureaus are told of reports, and what is left when a person or the time ends them, on both stores.</summary>
public abstract class FulfilmentExportTests(Stores stores, Store store)
{
    private readonly MovableTime time = new();

    [Fact]
    public async Task Stream_TellsEachChangeInOrder_EachWithItsLeaf()
    {
        await using var gateway = await StartAsync();
        var (library, report) = await ReportedAsync(gateway, "p");
        var dispute = await gateway.ObjectAsync("p", report.FulfilmentId);
        var disputed = await library.ReadAsync(report);
        await library.CorrectAsync(report, FulfilmentSteps.Kept(report.BeginTime.ToDateTimeOffset()));
        await gateway.AnswerAsync(dispute);
        await library.CorrectAsync(report, null);

        var told = await gateway.ExportAsync();
        var entries = (await gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Person = "p", PageSize = 1000 })).Records;

        FulfilmentChange[] changes =
        [
            FulfilmentChange.Reported,
            FulfilmentChange.Disputed,
            FulfilmentChange.Corrected,
            FulfilmentChange.DisputeAnswered,
            FulfilmentChange.Retracted,
        ];
        Assert.Equal(changes, told.Select(message => message.Record.Change));
        Assert.Equal([1, 1, 2, 2, 3], told.Select(message => message.Record.Revision));
        Assert.Equal([false, true, true, false, false], told.Select(message => message.Record.Disputed));
        Assert.True(disputed.Fulfilment.Disputed);
        FulfilmentOutcome?[] outcomes =
        [
            FulfilmentOutcome.Late,
            FulfilmentOutcome.Late,
            FulfilmentOutcome.Kept,
            FulfilmentOutcome.Kept,
            null,
        ];
        Assert.Equal(outcomes, told.Select(message => message.Record.Statement?.Outcome));
        Assert.All(told, message => Assert.Equal(("p", "library"), (message.Record.Person, message.Record.Partner)));
        Assert.Equal(told.Select(message => message.Record.LeafIndex).Order(), told.Select(message => message.Record.LeafIndex));
        var leaves = entries.Where(entry => entry.Entry.Outcome == AuditOutcome.Changed).Select(entry => entry.LeafIndex);
        Assert.Empty(told.Select(message => message.Record.LeafIndex).Except(leaves));
        var disclosures = entries.Where(entry => entry.Entry.Method.EndsWith("/StreamFulfilments", StringComparison.Ordinal)).ToList();
        Assert.Equal(5, disclosures.Count);
        Assert.All(
            disclosures,
            entry => Assert.Equal((report.FulfilmentId, "fulfilment"), (entry.Entry.ResourceId, entry.Entry.DisclosedFields[0]))
        );
    }

    [Fact]
    public async Task Stream_ResumedAfterEachRecord_LosesNone()
    {
        await using var gateway = await StartAsync();
        var library = await gateway.ConnectLibraryAsync();
        var began = await library.AgreeAsync(gateway, "p");
        for (var number = 1; number <= 4; number++)
        {
            var report = await library.ReportAsync("p", $"loan-{number}", began, FulfilmentSteps.Late(began));
            await library.CorrectAsync(report, FulfilmentSteps.Kept(began));
        }

        var whole = await gateway.ExportAsync();
        for (var taken = 0; taken <= whole.Count; taken++)
        {
            var rest = await gateway.ExportAsync(taken == 0 ? "" : whole[taken - 1].ResumeToken);
            Assert.Equal(whole.Skip(taken), rest);
        }

        Assert.Equal(8, whole.Count);
    }

    [Fact]
    public async Task Stream_ThatHasToldAll_GoesOnWithWhatComes_AndTakesOnlyItsOwnTokens()
    {
        await using var gateway = await StartAsync();
        var library = await gateway.ConnectLibraryAsync();
        var began = await library.AgreeAsync(gateway, "p");
        using var call = gateway.Fulfilments.StreamFulfilments(new StreamFulfilmentsRequest());

        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        var position = call.ResponseStream.Current;
        var report = await library.ReportAsync("p", "loan", began, FulfilmentSteps.Late(began));
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        var events = await library.Events.ListEventsAsync(new ListEventsRequest());
        string[] refused =
        [
            await FulfilmentSteps.ReasonAsync(() => gateway.ExportAsync("soon")),
            await FulfilmentSteps.ReasonAsync(() => gateway.ExportAsync(events.ResumeToken)),
        ];

        Assert.Null(position.Record);
        Assert.Equal(report.FulfilmentId, call.ResponseStream.Current.Record.FulfilmentId);
        Assert.All(refused, reason => Assert.Equal("FIELD_INVALID", reason));
    }

    [Fact]
    public async Task Erasure_DeletesTheReports_AndTellsBureausToForget()
    {
        await using var gateway = await StartAsync();
        var (library, report) = await ReportedAsync(gateway, "p");
        var (_, other) = await ReportedAsync(gateway, "q", library);
        await gateway.ObjectAsync("p", report.FulfilmentId);
        var before = await gateway.ExportAsync();

        await gateway.EraseAsync("p");

        var news = Assert.Single(await gateway.ExportAsync(before[^1].ResumeToken)).Record;
        var all = await gateway.ExportAsync();
        Assert.Equal((report.FulfilmentId, FulfilmentChange.Erased, ""), (news.FulfilmentId, news.Change, news.Person));
        Assert.Equal((0, false, null), (news.Revision, news.Disputed, news.Statement));
        Assert.Equal(
            [(other.FulfilmentId, FulfilmentChange.Reported), (report.FulfilmentId, FulfilmentChange.Erased)],
            all.Select(message => (message.Record.FulfilmentId, message.Record.Change))
        );
        Assert.Equal("RESOURCE_NOT_FOUND", await FulfilmentSteps.ReasonAsync(() => library.ReadAsync(report)));
        foreach (var table in new[] { "fulfilments", "fulfilment_versions" })
        {
            Assert.Equal(0, await CountAsync(gateway, $"SELECT COUNT(*) FROM {table} WHERE fulfilment_id = '{report.FulfilmentId}'"));
        }

        await gateway.PublishAsync();
        Assert.Empty((await gateway.CheckAsync()).Differences);
    }

    [Fact]
    public async Task Sweep_FiveYearsAfterTheEnd_EndsWhatWasAdverseAndNothingElse()
    {
        await using var gateway = await StartAsync();
        var library = await gateway.ConnectLibraryAsync();
        var began = await library.AgreeAsync(gateway, "p");
        var late = await library.ReportAsync("p", "late", began, FulfilmentSteps.Late(began));
        var kept = await library.ReportAsync("p", "kept", began, FulfilmentSteps.Kept(began));
        var lasting = await library.ReportAsync("p", "lasting", began, FulfilmentSteps.Defaulted(began));
        await gateway.ObjectAsync("p", late.FulfilmentId);
        var before = await gateway.ExportAsync();

        time.Advance(time.GetUtcNow().AddYears(5) - time.GetUtcNow() - TimeSpan.FromMinutes(5));
        var early = await gateway.SweepAsync();
        time.Advance(TimeSpan.FromMinutes(10));
        var sweep = await gateway.SweepAsync();
        library = await gateway.ConnectOnboardedAsync("library");

        var news = Assert.Single(await gateway.ExportAsync(before[^1].ResumeToken)).Record;
        Assert.Equal((0, 1, 0), (early.Reports, sweep.Reports, sweep.Left));
        Assert.Equal((late.FulfilmentId, FulfilmentChange.Ended, ""), (news.FulfilmentId, news.Change, news.Person));
        Assert.Equal("RESOURCE_NOT_FOUND", await FulfilmentSteps.ReasonAsync(() => library.ReadAsync(late)));
        Assert.Equal((kept, lasting), ((await library.ReadAsync(kept)).Fulfilment, (await library.ReadAsync(lasting)).Fulfilment));
        Assert.Equal(0, await CountAsync(gateway, "SELECT COUNT(*) FROM disputes"));
        Assert.Equal(0, await CountAsync(gateway, "SELECT COUNT(*) FROM requests WHERE request_id = 'report-late'"));
    }

    [Fact]
    public async Task Reports_AreListedForOperators_AndInThePersonsOwnExport()
    {
        await using var gateway = await StartAsync();
        var (library, report) = await ReportedAsync(gateway, "p");
        var (_, other) = await ReportedAsync(gateway, "q", library);
        await library.CorrectAsync(report, FulfilmentSteps.Kept(report.BeginTime.ToDateTimeOffset()));

        var first = await gateway.Fulfilments.ListFulfilmentReportsAsync(new ListFulfilmentReportsRequest { PageSize = 1 });
        var second = await gateway.Fulfilments.ListFulfilmentReportsAsync(new() { PageSize = 1, PageToken = first.NextPageToken });
        var ofPerson = await gateway.Fulfilments.ListFulfilmentReportsAsync(new() { Person = "p", Partner = "library" });
        var ofOther = await gateway.Fulfilments.ListFulfilmentReportsAsync(new() { Partner = "nobody" });
        var json = (await gateway.Persons.ExportPersonAsync(new ExportPersonRequest { Person = "p" })).Json;

        Assert.Equal([other.FulfilmentId, report.FulfilmentId], [first.Reports[0].FulfilmentId, second.Reports[0].FulfilmentId]);
        Assert.Equal(
            ("p", 2L, FulfilmentOutcome.Kept),
            (ofPerson.Reports[0].Person, ofPerson.Reports[0].Revision, ofPerson.Reports[0].Statement.Outcome)
        );
        Assert.Empty(ofOther.Reports);
        var exported = Assert.Single(JsonDocument.Parse(json).RootElement.GetProperty("fulfilments").EnumerateArray());
        Assert.Equal(report.FulfilmentId, exported.GetProperty("fulfilment_id").GetString());
        Assert.Equal(
            ["KEPT", "LATE"],
            exported.GetProperty("versions").EnumerateArray().Select(version => version.GetProperty("outcome").GetString())
        );
    }

    [Fact]
    public async Task Dispute_OfSomebodyElsesReport_IsNotFound()
    {
        await using var gateway = await StartAsync();
        var (_, report) = await ReportedAsync(gateway, "p");
        await gateway.FeedAsync("q", 700);

        Assert.Equal("RESOURCE_NOT_FOUND", await FulfilmentSteps.ReasonAsync(() => gateway.ObjectAsync("q", report.FulfilmentId)));
        Assert.False(Assert.Single(await gateway.ExportAsync()).Record.Disputed);
    }

    private static async Task<(ConnectedPartner Library, Fulfilment Report)> ReportedAsync(
        GatewayUnderTest gateway,
        string person,
        ConnectedPartner? partner = null
    )
    {
        var library = partner ?? await gateway.ConnectLibraryAsync();
        var began = await library.AgreeAsync(gateway, person);
        return (library, await library.ReportAsync(person, $"loan-{person}", began, FulfilmentSteps.Late(began)));
    }

    private static async Task<long> CountAsync(GatewayUnderTest gateway, string sql)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        return (await connection.Command(sql).ScalarInt64Async(CancellationToken.None))!.Value;
    }

    private Task<GatewayUnderTest> StartAsync() => stores.StartGatewayAsync(store, new GatewaySetup { Time = time });
}

public sealed class SqliteFulfilmentExportTests(Stores stores) : FulfilmentExportTests(stores, Store.Sqlite);

public sealed class PostgreSqlFulfilmentExportTests(Stores stores) : FulfilmentExportTests(stores, Store.PostgreSql);
