using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Functional.Tests.Fulfilments;

/// <summary>What a partner reports of how a person kept an agreement, in short, and reading what other bureaus are told.</summary>
internal static class FulfilmentSteps
{
    public const string Library = "library.card_free";

    /// <summary>Connects a partner that lends books.</summary>
    public static Task<ConnectedPartner> ConnectLibraryAsync(this GatewayUnderTest gateway, string id = "library") =>
        gateway.ConnectAsync(id, new Enrolment { Programme = Library });

    /// <summary>Feeds a person, and has the partner ask about them, so that in the sandbox they agree; when that was.</summary>
    public static async Task<DateTimeOffset> AgreeAsync(this ConnectedPartner partner, GatewayUnderTest gateway, string person)
    {
        await gateway.FeedAsync(person, 700);
        await partner.Scores.GetScoreBandAsync(new GetScoreBandRequest { Subject = person });
        return gateway.Service<TimeProvider>().GetUtcNow();
    }

    /// <summary>Brought back at once: late by one moment, which is one day begun.</summary>
    public static FulfilmentStatement Late(DateTimeOffset due) =>
        new()
        {
            Kind = FulfilmentKind.Return,
            Outcome = FulfilmentOutcome.Late,
            DaysLate = 1,
            DueTime = Timestamp.FromDateTimeOffset(due),
            EndTime = Timestamp.FromDateTimeOffset(due.AddMicroseconds(1)),
        };

    public static FulfilmentStatement Kept(DateTimeOffset end) =>
        new()
        {
            Kind = FulfilmentKind.Return,
            Outcome = FulfilmentOutcome.Kept,
            DueTime = Timestamp.FromDateTimeOffset(end.AddDays(1)),
            EndTime = Timestamp.FromDateTimeOffset(end),
        };

    public static FulfilmentStatement Defaulted(DateTimeOffset due, long fen = 5000) =>
        new()
        {
            Kind = FulfilmentKind.Payment,
            Outcome = FulfilmentOutcome.Defaulted,
            DaysLate = 1,
            DueTime = Timestamp.FromDateTimeOffset(due),
            OutstandingAmount = new Money { CurrencyCode = "CNY", MinorUnits = fen },
        };

    public static ReportFulfilmentRequest NewReport(string person, string reportId, DateTimeOffset began, FulfilmentStatement statement) =>
        new()
        {
            RequestId = $"report-{reportId}",
            ReportId = reportId,
            Subject = person,
            Programme = Library,
            BeginTime = Timestamp.FromDateTimeOffset(began),
            Statement = statement,
        };

    public static async Task<Fulfilment> ReportAsync(
        this ConnectedPartner partner,
        string person,
        string reportId,
        DateTimeOffset began,
        FulfilmentStatement statement
    ) => (await partner.Fulfilments.ReportFulfilmentAsync(NewReport(person, reportId, began, statement))).Fulfilment;

    /// <summary>States a report anew; null: retracts it.</summary>
    public static async Task<Fulfilment> CorrectAsync(
        this ConnectedPartner partner,
        Fulfilment report,
        FulfilmentStatement? statement,
        long expectedRevision = 0
    )
    {
        var request = new CorrectFulfilmentRequest
        {
            RequestId = Guid.NewGuid().ToString(),
            FulfilmentId = report.FulfilmentId,
            ExpectedRevision = expectedRevision,
        };
        if (statement is null)
        {
            request.Retract = true;
        }
        else
        {
            request.Statement = statement;
        }

        return (await partner.Fulfilments.CorrectFulfilmentAsync(request)).Fulfilment;
    }

    public static async Task<GetFulfilmentResponse> ReadAsync(this ConnectedPartner partner, Fulfilment report) =>
        await partner.Fulfilments.GetFulfilmentAsync(new GetFulfilmentRequest { FulfilmentId = report.FulfilmentId });

    /// <summary>What the export tells from a place on, until it has told all there is.</summary>
    public static async Task<List<StreamFulfilmentsResponse>> ExportAsync(this GatewayUnderTest gateway, string from = "")
    {
        using var call = gateway.Fulfilments.StreamFulfilments(new StreamFulfilmentsRequest { ResumeToken = from });
        var told = new List<StreamFulfilmentsResponse>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None) && call.ResponseStream.Current.Record is not null)
        {
            told.Add(call.ResponseStream.Current);
        }

        return told;
    }

    public static async Task<string> ReasonAsync(Func<Task> call) => (await RefusedCall.OfAsync(call)).Reason;

    public static async Task<Dispute> ObjectAsync(this GatewayUnderTest gateway, string person, string fulfilmentId) =>
        (
            await gateway.Persons.OpenDisputeAsync(
                new OpenDisputeRequest
                {
                    RequestId = Guid.NewGuid().ToString(),
                    Person = person,
                    About = new DisputeSubject { FulfilmentId = fulfilmentId },
                    Statement = "I brought it back.",
                }
            )
        ).Dispute;

    public static async Task AnswerAsync(this GatewayUnderTest gateway, Dispute dispute) =>
        await gateway.Persons.AnswerDisputeAsync(
            new AnswerDisputeRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                DisputeId = dispute.DisputeId,
                Answer = "We have asked the library.",
            }
        );

    public static async Task EraseAsync(this GatewayUnderTest gateway, string person) =>
        await gateway.Persons.ErasePersonAsync(new ErasePersonRequest { RequestId = Guid.NewGuid().ToString(), Person = person });
}
