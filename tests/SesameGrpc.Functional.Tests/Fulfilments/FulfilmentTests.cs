using Google.Rpc;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Fulfilments;

/// <summary>Partners report how persons kept agreements, correct it and take it back, on both stores.</summary>
public abstract class FulfilmentTests(Stores stores, Store store)
{
    private readonly MovableTime time = new();

    [Fact]
    public async Task Report_OfALateReturn_IsReadByBothIdsAndLeavesALeaf()
    {
        await using var gateway = await StartAsync();
        var library = await gateway.ConnectLibraryAsync();
        var began = await library.AgreeAsync(gateway, "p");

        var reported = await library.ReportAsync("p", "loan-1", began, FulfilmentSteps.Late(began));
        var read = await library.ReadAsync(reported);
        var found = await library.Fulfilments.GetFulfilmentAsync(new GetFulfilmentRequest { ReportId = "loan-1" });
        var listed = (await library.Fulfilments.ListFulfilmentsAsync(new ListFulfilmentsRequest { Subject = "p" })).Fulfilments;
        var leaves = (await gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Person = "p", PageSize = 1000 })).Records;

        Assert.Equal(
            ("loan-1", "p", FulfilmentSteps.Library, FulfilmentState.Standing, 1L, false),
            (reported.ReportId, reported.Subject, reported.Programme, reported.State, reported.Revision, reported.Disputed)
        );
        Assert.Equal((FulfilmentOutcome.Late, 1), (reported.Statement.Outcome, reported.Statement.DaysLate));
        Assert.Equal([FulfilmentAction.Correct], reported.AllowedActions);
        Assert.Equal(reported, read.Fulfilment);
        Assert.Equal(read, found);
        Assert.Equal(reported, Assert.Single(listed));
        Assert.Equal(reported.Statement, Assert.Single(read.Versions).Statement);
        var leaf = Assert.Single(leaves, record => record.Entry.Method.EndsWith("/ReportFulfilment", StringComparison.Ordinal)).Entry;
        Assert.Equal(("fulfilment", reported.FulfilmentId, 1), (leaf.ResourceKind, leaf.ResourceId, leaf.ResourceRevision));
        Assert.NotEmpty(leaf.ConsentId);
    }

    [Fact]
    public async Task Report_ComingTwice_HasOneEffect()
    {
        await using var gateway = await StartAsync();
        var library = await gateway.ConnectLibraryAsync();
        var began = await library.AgreeAsync(gateway, "p");
        var request = FulfilmentSteps.NewReport("p", "loan-1", began, FulfilmentSteps.Kept(began));

        var first = await library.Fulfilments.ReportFulfilmentAsync(request);
        var second = await library.Fulfilments.ReportFulfilmentAsync(request);
        var other = request.Clone();
        other.RequestId = "other";
        var refused = await RefusedCall.OfAsync(library.Fulfilments.ReportFulfilmentAsync(other));

        Assert.Equal(first, second);
        Assert.Equal(("ALREADY_EXISTS", "report_id"), (refused.Reason, refused.Info.Metadata["field"]));
        Assert.Single((await library.Fulfilments.ListFulfilmentsAsync(new ListFulfilmentsRequest())).Fulfilments);
        Assert.Single(await gateway.ExportAsync());
    }

    [Fact]
    public async Task Correction_KeepsEachVersion_AndARetractionIsFinal()
    {
        await using var gateway = await StartAsync();
        var library = await gateway.ConnectLibraryAsync();
        var began = await library.AgreeAsync(gateway, "p");
        var report = await library.ReportAsync("p", "loan-1", began, FulfilmentSteps.Defaulted(began));

        var corrected = await library.CorrectAsync(report, FulfilmentSteps.Late(began), expectedRevision: 1);
        var stale = await RefusedCall.OfAsync(() => library.CorrectAsync(report, FulfilmentSteps.Kept(began), expectedRevision: 1));
        var retracted = await library.CorrectAsync(report, null);
        var late = await RefusedCall.OfAsync(() => library.CorrectAsync(report, FulfilmentSteps.Kept(began)));
        var read = await library.ReadAsync(report);

        Assert.Equal(
            (2L, FulfilmentOutcome.Late, null),
            (corrected.Revision, corrected.Statement.Outcome, corrected.Statement.OutstandingAmount)
        );
        Assert.Equal(("STATE_CONFLICT", "STANDING", "2"), (stale.Reason, stale.Info.Metadata["state"], stale.Info.Metadata["revision"]));
        Assert.Equal((3L, FulfilmentState.Retracted), (retracted.Revision, retracted.State));
        Assert.Empty(retracted.AllowedActions);
        Assert.Equal(("STATE_CONFLICT", "RETRACTED"), (late.Reason, late.Info.Metadata["state"]));
        Assert.Equal([3, 2, 1], read.Versions.Select(version => version.Revision));
        Assert.Null(read.Versions[0].Statement);
        Assert.Equal(FulfilmentOutcome.Defaulted, read.Versions[2].Statement.Outcome);
    }

    [Fact]
    public async Task Report_OfAnotherPartner_IsNotThere()
    {
        await using var gateway = await StartAsync();
        var library = await gateway.ConnectLibraryAsync();
        var other = await gateway.ConnectLibraryAsync("other");
        var began = await library.AgreeAsync(gateway, "p");
        var report = await library.ReportAsync("p", "loan-1", began, FulfilmentSteps.Late(began));

        Assert.Equal("RESOURCE_NOT_FOUND", await FulfilmentSteps.ReasonAsync(() => other.ReadAsync(report)));
        Assert.Equal("RESOURCE_NOT_FOUND", await FulfilmentSteps.ReasonAsync(() => other.CorrectAsync(report, null)));
        Assert.Equal(
            "RESOURCE_NOT_FOUND",
            (await RefusedCall.OfAsync(other.Fulfilments.GetFulfilmentAsync(new() { ReportId = "loan-1" }))).Reason
        );
        Assert.Empty((await other.Fulfilments.ListFulfilmentsAsync(new ListFulfilmentsRequest())).Fulfilments);
    }

    [Fact]
    public async Task Report_WithoutAnAgreementUnderAConsent_IsOfNobody()
    {
        await using var gateway = await StartAsync();
        var library = await gateway.ConnectLibraryAsync();
        var before = time.GetUtcNow();
        time.Advance(TimeSpan.FromMinutes(1));
        var began = await library.AgreeAsync(gateway, "p");
        await gateway.FeedAsync("test-700-noconsent", 700);

        string[] reasons =
        [
            await ReasonAsync(library, "p", before, FulfilmentSteps.Late(began)),
            await ReasonAsync(library, "test-700-noconsent", began, FulfilmentSteps.Late(began)),
            await ReasonAsync(library, "nobody", began, FulfilmentSteps.Late(began)),
        ];

        Assert.All(reasons, reason => Assert.Equal("RESOURCE_NOT_FOUND", reason));
        Assert.Empty(await gateway.ExportAsync());
    }

    [Fact]
    public async Task Report_AfterTheConsentIsWithdrawn_IsTakenForNinetyDays_AndCorrectedForGood()
    {
        await using var gateway = await StartAsync();
        var library = await gateway.ConnectLibraryAsync();
        var began = await library.AgreeAsync(gateway, "p");
        await gateway.Persons.WithdrawAllConsentsAsync(new WithdrawAllConsentsRequest { RequestId = "w", Person = "p" });

        time.Advance(TimeSpan.FromDays(89));
        library = await gateway.ConnectOnboardedAsync("library");
        var report = await library.ReportAsync("p", "in-time", began, FulfilmentSteps.Defaulted(began));
        var afterwards = await ReasonAsync(library, "p", time.GetUtcNow(), FulfilmentSteps.Kept(time.GetUtcNow()));
        time.Advance(TimeSpan.FromDays(2));
        library = await gateway.ConnectOnboardedAsync("library");
        var late = await ReasonAsync(library, "p", began, FulfilmentSteps.Defaulted(began));
        var corrected = await library.CorrectAsync(report, FulfilmentSteps.Late(began));

        Assert.Equal("RESOURCE_NOT_FOUND", afterwards);
        Assert.Equal("RESOURCE_NOT_FOUND", late);
        Assert.Equal(2, corrected.Revision);
    }

    [Fact]
    public async Task Report_ThatDoesNotFitTheLedger_NamesBothFields()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = WaiverSteps.Bike });
        var inTime = await bike.GrantBikeAsync(gateway, "p");
        var running = await RefusedCall.OfAsync(() => ReportAsync(bike, "p", inTime, FulfilmentSteps.Kept(time.GetUtcNow())));
        await bike.CompleteAsync(inTime, 500);
        await bike.PayAsync(inTime, 500);
        await gateway.FeedAsync("other", 700);
        await bike.Scores.GetScoreBandAsync(new GetScoreBandRequest { Subject = "other" });

        var refused = await RefusedCall.OfAsync(() => ReportAsync(bike, "p", inTime, FulfilmentSteps.Defaulted(time.GetUtcNow())));
        var foreign = await RefusedCall.OfAsync(() => ReportAsync(bike, "other", inTime, FulfilmentSteps.Kept(time.GetUtcNow())));
        var kept = await ReportAsync(bike, "p", inTime, FulfilmentSteps.Kept(time.GetUtcNow()));
        var corrected = await RefusedCall.OfAsync(() => bike.CorrectAsync(kept, FulfilmentSteps.Defaulted(time.GetUtcNow())));

        Assert.All(
            [running, refused, corrected],
            call => Assert.Equal(("FIELD_INVALID", "statement.outcome,deposit_waiver_id"), (call.Reason, call.Info.Metadata["fields"]))
        );
        var violations = refused.Status.GetDetail<BadRequest>()!.FieldViolations;
        Assert.Equal("must be KEPT", violations[0].Description);
        Assert.Contains("SETTLED", violations[1].Description, StringComparison.Ordinal);
        Assert.Equal("RESOURCE_NOT_FOUND", foreign.Reason);
        Assert.Equal((inTime.DepositWaiverId, inTime.GrantTime), (kept.DepositWaiverId, kept.BeginTime));
    }

    [Fact]
    public async Task Report_OfAnOverdueWaiver_IsADefault()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = WaiverSteps.Bike });
        var waiver = await bike.GrantBikeAsync(gateway, "p");
        var due = waiver.GrantTime.ToDateTimeOffset();
        time.Advance(TimeSpan.FromDays(2));
        bike = await gateway.ConnectOnboardedAsync("bike");
        await bike.WhenOverdueAsync(waiver);

        var kept = await RefusedCall.OfAsync(() => ReportAsync(bike, "p", waiver, FulfilmentSteps.Kept(due)));
        var report = await ReportAsync(bike, "p", waiver, FulfilmentSteps.Defaulted(due));

        Assert.Equal("FIELD_INVALID", kept.Reason);
        Assert.Equal(FulfilmentOutcome.Defaulted, report.Statement.Outcome);
    }

    [Fact]
    public async Task List_TurnsPagesNewestFirst_AndFieldsAreChecked()
    {
        await using var gateway = await StartAsync();
        var library = await gateway.ConnectLibraryAsync();
        var began = await library.AgreeAsync(gateway, "p");
        for (var number = 1; number <= 3; number++)
        {
            await library.ReportAsync("p", $"loan-{number}", began, FulfilmentSteps.Kept(began));
            time.Advance(TimeSpan.FromMilliseconds(5));
        }

        var first = await library.Fulfilments.ListFulfilmentsAsync(new ListFulfilmentsRequest { PageSize = 2 });
        var second = await library.Fulfilments.ListFulfilmentsAsync(new() { PageSize = 2, PageToken = first.NextPageToken });
        var wrong = FulfilmentSteps.NewReport("p", "", began, new FulfilmentStatement());
        wrong.BeginTime = null;
        var refused = await RefusedCall.OfAsync(library.Fulfilments.ReportFulfilmentAsync(wrong));
        var empty = await RefusedCall.OfAsync(
            library.Fulfilments.CorrectFulfilmentAsync(new CorrectFulfilmentRequest { RequestId = "c", FulfilmentId = "x" })
        );

        Assert.Equal(["loan-3", "loan-2"], first.Fulfilments.Select(report => report.ReportId));
        Assert.Equal(["loan-1"], second.Fulfilments.Select(report => report.ReportId));
        Assert.Equal(("FIELD_INVALID", "report_id,begin_time,statement"), (refused.Reason, refused.Info.Metadata["fields"]));
        Assert.Equal("FIELD_INVALID", empty.Reason);
    }

    private static Task<string> ReasonAsync(ConnectedPartner partner, string person, DateTimeOffset began, FulfilmentStatement statement) =>
        FulfilmentSteps.ReasonAsync(() => partner.ReportAsync(person, Guid.NewGuid().ToString(), began, statement));

    private static async Task<Fulfilment> ReportAsync(
        ConnectedPartner partner,
        string person,
        DepositWaiver waiver,
        FulfilmentStatement statement
    ) =>
        (
            await partner.Fulfilments.ReportFulfilmentAsync(
                new ReportFulfilmentRequest
                {
                    RequestId = Guid.NewGuid().ToString(),
                    ReportId = Guid.NewGuid().ToString(),
                    Subject = person,
                    Programme = WaiverSteps.Bike,
                    DepositWaiverId = waiver.DepositWaiverId,
                    Statement = statement,
                }
            )
        ).Fulfilment;

    private Task<GatewayUnderTest> StartAsync() => stores.StartGatewayAsync(store, new GatewaySetup { Time = time });
}

public sealed class SqliteFulfilmentTests(Stores stores) : FulfilmentTests(stores, Store.Sqlite);

public sealed class PostgreSqlFulfilmentTests(Stores stores) : FulfilmentTests(stores, Store.PostgreSql);
