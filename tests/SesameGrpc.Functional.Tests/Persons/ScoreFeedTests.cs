using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Persons;

/// <summary>Scores in and out, on both stores.</summary>
public abstract class ScoreFeedTests(Stores stores, Store store)
{
    [Fact]
    public async Task Score_OfANewcomer_Is600UntilAFirstScoreArrives()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var partner = await gateway.ConnectAsync("one");
        await gateway.Persons.OptInAsync(new OptInRequest { RequestId = "1", Person = "p" });

        var newcomer = (await LookUpAsync(partner, "p")).Score;
        await gateway.FeedAsync("p", 700);
        var scored = (await LookUpAsync(partner, "p")).Score;

        Assert.Equal((600, ScoreBand.Good, "newcomer"), (newcomer.Score, newcomer.Band, newcomer.ModelVersion));
        Assert.Null(newcomer.ValidUntilTime);
        Assert.Equal((700, ScoreBand.Exceptional, "test"), (scored.Score, scored.Band, scored.ModelVersion));
        Assert.NotNull(scored.ValidUntilTime);
    }

    [Fact]
    public async Task Score_FromFiveDimensions_IsComposedByTheirWeights()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var partner = await gateway.ConnectAsync("one");
        await ImportAsync(
            gateway,
            "i",
            new ScoreRow
            {
                CreditHistory = 700,
                FulfilmentCapacity = 600,
                BehaviourPreference = 650,
                PersonalCharacteristics = 500,
                ContactNetwork = 900,
            }
        );

        var whole = await LookUpAsync(partner, "p");
        var parts = await partner.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "p", IncludeDimensions = true });

        // 245 + 150 + 130 + 75 + 45
        Assert.Equal(645, whole.Score.Score);
        Assert.Null(whole.Score.Dimensions);
        Assert.Equal(700, parts.Score.Dimensions.CreditHistory);
        Assert.Equal(900, parts.Score.Dimensions.ContactNetwork);
    }

    [Fact]
    public async Task Score_OfACourtListedPerson_IsAtMost350()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var partner = await gateway.ConnectAsync("one", new Enrolment { Programme = "library.card_free" });
        await gateway.FeedAsync("p", 800, courtListed: true);

        var score = (await LookUpAsync(partner, "p")).Score;
        var check = await partner.Eligibility.CheckEligibilityAsync(
            new CheckEligibilityRequest { Subject = "p", Programme = "library.card_free" }
        );

        Assert.Equal((350, ScoreBand.Poor), (score.Score, score.Band));
        Assert.Equal([DecisionReason.CourtListed, DecisionReason.ScoreTooLow], check.Reasons.Select(reason => reason.Reason));
    }

    [Fact]
    public async Task Score_PastItsValidity_IsNotServed()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var partner = await gateway.ConnectAsync("one", new Enrolment { Programme = "library.card_free" });
        await gateway.FeedAsync("p", 800, asOf: TimeProvider.System.GetUtcNow().AddDays(-91));

        var check = await partner.Eligibility.CheckEligibilityAsync(
            new CheckEligibilityRequest { Subject = "p", Programme = "library.card_free" }
        );

        Assert.Equal(NotScoredReason.ScoreExpired, (await LookUpAsync(partner, "p")).NotScoredReason);
        Assert.Equal(EligibilityDecision.Undecidable, check.Decision);
        Assert.Equal(DecisionReason.ScoreExpired, Assert.Single(check.Reasons).Reason);
    }

    [Fact]
    public async Task OptOut_DeletesTheScore_AndNoOlderOptInOrScoreBringsItBack()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var partner = await gateway.ConnectAsync("one");
        await gateway.FeedAsync("p", 700);
        Assert.Equal(700, (await LookUpAsync(partner, "p")).Score.Score);

        var optedOut = await gateway.Persons.OptOutAsync(new OptOutRequest { RequestId = "o", Person = "p" });
        var unknown = await RefusedCall.OfAsync(partner.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "p" }));
        var older = await ImportAsync(
            gateway,
            "i",
            new ScoreRow
            {
                Score = 710,
                Version = 2,
                OptedInUnixMicros = 1,
            }
        );
        await gateway.Persons.OptInAsync(new OptInRequest { RequestId = "i", Person = "p" });

        Assert.Equal((false, 0), (optedOut.Person.OptedIn, optedOut.Person.FedScore));
        Assert.Equal("RESOURCE_NOT_FOUND", unknown.Reason);
        Assert.Equal("opted_in_unix_micros", Assert.Single(older.Rejected).Field);
        Assert.Equal(600, (await LookUpAsync(partner, "p")).Score.Score);
    }

    [Fact]
    public async Task Import_BadRows_AreReportedByLineAndLeftOut()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var partner = await gateway.ConnectAsync("one");
        ScoreRow[] rows =
        [
            Row(2, "good", 650),
            Row(3, "too-low", 349),
            Row(4, "too-high", 951),
            Row(5, "white space", 650),
            Row(6, "never-opted-in", 650, optedIn: 0),
            Row(7, "good", 660, version: 2),
            Row(8, "good", 640),
            Row(9, "no-version", 650, version: 0),
            new ScoreRow
            {
                Line = 10,
                Person = "both",
                Version = 1,
                Score = 600,
                CreditHistory = 600,
                AsOfUnixMicros = 1,
                OptedInUnixMicros = 1,
            },
        ];

        var response = await ImportAsync(gateway, "i", rows);

        Assert.Equal([3, 4, 5, 6, 9, 10], response.Rejected.Select(row => (int)row.Line));
        Assert.Equal(["score", "score", "person", "opted_in_unix_micros", "version", "score"], response.Rejected.Select(row => row.Field));
        Assert.Equal(
            (2L, 1L, 6L, 10L, true),
            (
                response.ScoreImport.AppliedRows,
                response.ScoreImport.UnchangedRows,
                response.ScoreImport.RejectedRows,
                response.ScoreImport.Position,
                response.ScoreImport.Complete
            )
        );
        Assert.Equal(660, (await LookUpAsync(partner, "good")).Score.Score);
        Assert.Equal(
            "RESOURCE_NOT_FOUND",
            (await RefusedCall.OfAsync(partner.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "too-low" }))).Reason
        );
    }

    [Fact]
    public async Task Import_BrokenOff_ResumesAfterItsPosition()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        using (var broken = gateway.ScoreFeed.ImportScores())
        {
            await broken.RequestStream.WriteAsync(Message("i", Row(1, "a", 650), Row(2, "b", 650)));
            await Eventually.HoldsAsync(async () => (await PositionAsync(gateway)).Position == 2, "the first batch is in");
        }

        var resumed = await ImportAsync(gateway, "i", Row(1, "a", 700, version: 9), Row(2, "b", 700, version: 9), Row(3, "c", 650));
        var after = await RefusedCall.OfAsync(async () => await ImportAsync(gateway, "i", Row(4, "d", 650)));

        Assert.Equal((3L, 3L, true), (resumed.ScoreImport.Position, resumed.ScoreImport.AppliedRows, resumed.ScoreImport.Complete));
        Assert.Equal("last", after.Info.Metadata["fields"]);
    }

    [Fact]
    public async Task Import_MalformedStream_IsRefusedAndTheBatchesBeforeStand()
    {
        await using var gateway = await stores.StartGatewayAsync(store);

        var refused = await RefusedCall.OfAsync(async () =>
        {
            using var call = gateway.ScoreFeed.ImportScores();
            await call.RequestStream.SendAsync(Message("i", Row(1, "a", 650)), Message("another", Row(2, "b", 650)));
            await call;
        });

        Assert.Equal((StatusCode.InvalidArgument, "import_id"), (refused.Code, refused.Info.Metadata["fields"]));
        Assert.Equal(1, (await PositionAsync(gateway)).Position);
    }

    [Fact]
    public async Task Import_TwoStreamsOfOne_TheSlowerIsTurnedAwayAndTheTotalsStand()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        static ImportScoresRequest Message(long line, bool last) =>
            new()
            {
                ImportId = "i",
                ModelVersion = "m",
                Last = last,
                Rows =
                {
                    new ScoreRow
                    {
                        Line = line,
                        Person = $"p{line}",
                        Version = 1,
                        Score = 650,
                        AsOfUnixMicros = 1,
                        OptedInUnixMicros = 1,
                    },
                },
            };
        using var slower = gateway.ScoreFeed.ImportScores();
        using var faster = gateway.ScoreFeed.ImportScores();
        await slower.RequestStream.WriteAsync(Message(1, last: false));
        await Eventually.HoldsAsync(
            async () => (await gateway.ScoreFeed.GetScoreImportAsync(new() { ImportId = "i" })).ScoreImport.Position == 1,
            "the first line is in"
        );
        await faster.RequestStream.WriteAsync(Message(2, last: false));
        await faster.RequestStream.WriteAsync(Message(3, last: true));
        await faster.RequestStream.CompleteAsync();
        await faster;

        await slower.RequestStream.WriteAsync(Message(2, last: false));

        Assert.Equal("LOST_RACE", (await RefusedCall.OfAsync(async () => await slower)).Reason);
        var reached = (await gateway.ScoreFeed.GetScoreImportAsync(new() { ImportId = "i" })).ScoreImport;
        Assert.Equal((3, 3, true), (reached.Position, reached.AppliedRows, reached.Complete));
    }

    [Fact]
    public async Task Import_RowWithoutALine_IsRefused()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        using var call = gateway.ScoreFeed.ImportScores();
        await call.RequestStream.SendAsync(
            new ImportScoresRequest
            {
                ImportId = "i",
                ModelVersion = "m",
                Rows =
                {
                    new ScoreRow
                    {
                        Person = "p",
                        Version = 1,
                        Score = 650,
                        AsOfUnixMicros = 1,
                        OptedInUnixMicros = 1,
                    },
                },
            }
        );

        Assert.Equal("rows.line", (await RefusedCall.OfAsync(async () => await call)).Info.Metadata["fields"]);
    }

    [Fact]
    public async Task Batch_OfLookups_GivesAResultOrAReasonForEach()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var partner = await gateway.ConnectAsync("one", new Enrolment { Programme = "library.card_free" });
        await gateway.FeedAsync("p", 700);

        var scores = await partner.Scores.BatchGetCreditScoresAsync(
            new BatchGetCreditScoresRequest { Subjects = { "p", "nobody", "white space", "p" } }
        );
        var checks = await partner.Eligibility.BatchCheckEligibilityAsync(
            new BatchCheckEligibilityRequest
            {
                Checks =
                {
                    new CheckEligibilityRequest { Subject = "p", Programme = "library.card_free" },
                    new CheckEligibilityRequest { Subject = "p", Programme = "bike.deposit_free" },
                    new CheckEligibilityRequest { Subject = "nobody", Programme = "library.card_free" },
                },
            }
        );

        Assert.Equal([700, null, null, 700], scores.Results.Select(result => result.Response?.Score.Score));
        Assert.Equal(
            [ErrorReason.ResourceNotFound, ErrorReason.FieldInvalid],
            scores.Results.Skip(1).Take(2).Select(result => result.ErrorReason)
        );
        Assert.Equal(EligibilityDecision.Eligible, checks.Results[0].Response.Decision);
        Assert.Equal(
            [ErrorReason.ProgrammeNotEnrolled, ErrorReason.ResourceNotFound],
            checks.Results.Skip(1).Select(result => result.ErrorReason)
        );
        Assert.Equal(
            "FIELD_INVALID",
            (
                await RefusedCall.OfAsync(
                    partner.Scores.BatchGetCreditScoresAsync(
                        new BatchGetCreditScoresRequest { Subjects = { Enumerable.Repeat("p", 1001) } }
                    )
                )
            ).Reason
        );
    }

    private static async Task<ScoreImport> PositionAsync(GatewayUnderTest gateway) =>
        (await gateway.ScoreFeed.GetScoreImportAsync(new GetScoreImportRequest { ImportId = "i" })).ScoreImport;

    private static async Task<GetCreditScoreResponse> LookUpAsync(ConnectedPartner partner, string person) =>
        await partner.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = person });

    private static ScoreRow Row(long line, string person, int score, long version = 1, long optedIn = 1) =>
        new()
        {
            Line = line,
            Person = person,
            Score = score,
            Version = version,
            OptedInUnixMicros = optedIn,
            AsOfUnixMicros = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000,
        };

    private static ImportScoresRequest Message(string import, params ScoreRow[] rows) =>
        new()
        {
            ImportId = import,
            ModelVersion = "test",
            Rows = { rows },
        };

    private static async Task<ImportScoresResponse> ImportAsync(GatewayUnderTest gateway, string import, params ScoreRow[] rows)
    {
        foreach (var row in rows.Where(row => row.Person.Length == 0))
        {
            row.Person = "p";
            row.Line = 1;
            row.Version = Math.Max(1, row.Version);
            row.OptedInUnixMicros = 1;
            row.AsOfUnixMicros = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        }

        var message = Message(import, rows);
        message.Last = true;
        using var call = gateway.ScoreFeed.ImportScores();
        await call.RequestStream.SendAsync(message);
        return await call;
    }
}

public sealed class SqliteScoreFeedTests(Stores stores) : ScoreFeedTests(stores, Store.Sqlite);

public sealed class PostgreSqlScoreFeedTests(Stores stores) : ScoreFeedTests(stores, Store.PostgreSql);
