using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Fulfilments;

/// <summary>Reports as partners and operators see them. Pure.</summary>
internal static class FulfilmentMessages
{
    public static ReportVersion VersionOf(FulfilmentStatement statement, long revision, long nowMicros) =>
        new()
        {
            Revision = revision,
            Kind = statement.Kind,
            Outcome = statement.Outcome,
            DaysLate = statement.DaysLate,
            OutstandingFen = Cny.FenOf(statement.OutstandingAmount),
            DueMicros = statement.DueTime.ToMicros(),
            EndMicros = statement.EndTime?.ToMicros(),
            RecordedMicros = nowMicros,
        };

    public static FulfilmentStatement StatementOf(ReportVersion version) =>
        new()
        {
            Kind = version.Kind,
            Outcome = version.Outcome,
            DaysLate = version.DaysLate,
            OutstandingAmount = version.OutstandingFen > 0 ? Cny.Of(version.OutstandingFen) : null,
            DueTime = Instants.ToTimestamp(version.DueMicros),
            EndTime = version.EndMicros is { } end ? Instants.ToTimestamp(end) : null,
        };

    public static FulfilmentState StateOf(ReportVersion version) =>
        version.IsRetracted ? FulfilmentState.Retracted : FulfilmentState.Standing;

    /// <summary>What the partner may do next.</summary>
    public static IEnumerable<FulfilmentAction> ActionsFor(ReportVersion version) => version.IsRetracted ? [] : [FulfilmentAction.Correct];

    public static Fulfilment ToMessage(Report report) =>
        new()
        {
            FulfilmentId = report.Id,
            ReportId = report.ReportId,
            Subject = report.Subject,
            Programme = report.Programme,
            DepositWaiverId = report.ObligationId ?? "",
            BeginTime = Instants.ToTimestamp(report.BeganMicros),
            Statement = StatementOf(report.Last),
            State = StateOf(report.Last),
            Revision = report.Last.Revision,
            AllowedActions = { ActionsFor(report.Last) },
            Disputed = report.IsDisputed,
            ReportTime = Instants.ToTimestamp(report.ReportedMicros),
            UpdateTime = Instants.ToTimestamp(report.Last.RecordedMicros),
        };

    public static FulfilmentVersion ToMessage(ReportVersion version) =>
        new()
        {
            Revision = version.Revision,
            Statement = version.IsRetracted ? null : StatementOf(version),
            RecordTime = Instants.ToTimestamp(version.RecordedMicros),
        };

    public static FulfilmentReport ToReport(Report report) =>
        new()
        {
            FulfilmentId = report.Id,
            Person = report.ExternalPerson,
            Partner = report.Partner,
            Programme = report.Programme,
            BeginTime = Instants.ToTimestamp(report.BeganMicros),
            Statement = StatementOf(report.Last),
            State = StateOf(report.Last),
            Revision = report.Last.Revision,
            Disputed = report.IsDisputed,
            ReportTime = Instants.ToTimestamp(report.ReportedMicros),
            UpdateTime = Instants.ToTimestamp(report.Last.RecordedMicros),
        };

    public static FulfilmentRecord ToRecord(StoredChange change)
    {
        var record = new FulfilmentRecord
        {
            FulfilmentId = change.FulfilmentId,
            Change = change.Change,
            ChangeTime = Instants.ToTimestamp(change.Micros),
            LeafIndex = change.Position,
            Disputed = change.IsDisputed,
        };
        if (change.Report is { } report)
        {
            record.Person = report.ExternalPerson;
            record.Partner = report.Partner;
            record.Programme = report.Programme;
            record.BeginTime = Instants.ToTimestamp(report.BeganMicros);
            record.Statement = report.Last.IsRetracted ? null : StatementOf(report.Last);
            record.Revision = report.Last.Revision;
        }

        return record;
    }
}
