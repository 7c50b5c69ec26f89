using System.Data.Common;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using Consent = SesameGrpc.Gateway.Consents.Consent;
using Obligation = SesameGrpc.Gateway.Ledger.Obligation;
using ObligationKind = SesameGrpc.Gateway.Ledger.ObligationKind;

namespace SesameGrpc.Gateway.Fulfilments;

/// <summary>What a partner reports for the first time; the person by internal id, the beginning where it does not name a waiver.</summary>
internal sealed record NewReport(
    string Partner,
    string Person,
    string ReportId,
    string Programme,
    string ObligationId,
    long? BeganMicros,
    FulfilmentStatement Statement
);

/// <summary>
/// Writes what partners report, inside the transaction of whoever asks and under the person's lock, so that a withdrawal, an objection and an erasure are each before it or behind it. Versions are only
/// ever added.
/// </summary>
internal sealed class FulfilmentChanges(PersonStore persons, TimeProvider time)
{
    /// <summary>Adds a report, and says which consent it rests on.</summary>
    public async Task<(Report Report, Consent Basis)> ReportAsync(
        DbTransaction transaction,
        NewReport asked,
        CancellationToken cancellationToken
    )
    {
        var row = await persons.LockAsync(transaction, asked.Person, cancellationToken) ?? throw new RefusalException(Refuse.NotFound());
        var now = time.NowMicros();
        var waiver = await WaiverAsync(transaction, asked, cancellationToken);
        var began = waiver?.GrantedMicros ?? asked.BeganMicros!.Value;
        var agreed = await ConsentStore.ListAllAsync(transaction, row.Id, asked.Partner, cancellationToken);
        var basis =
            FulfilmentRules.BasisOf(agreed, asked.Programme, began, asked.Statement.DueTime.ToMicros(), now)
            ?? throw new RefusalException(Refuse.NotFound());
        CheckBeginning(asked.Statement, began);
        await CheckLedgerAsync(transaction, waiver, asked.Statement.Outcome, cancellationToken);
        var report = new Report
        {
            Id = TimedId.New(now),
            Partner = asked.Partner,
            ReportId = asked.ReportId,
            Person = row.Id,
            ExternalPerson = row.ExternalId,
            Subject = basis.Subject,
            Programme = asked.Programme,
            ObligationId = waiver?.Id,
            BeganMicros = began,
            ReportedMicros = now,
            Last = FulfilmentMessages.VersionOf(asked.Statement, 1, now),
        };
        await InsertAsync(transaction, report, cancellationToken);
        return (report, basis);
    }

    /// <summary>States a report anew, or, where there is no statement, retracts it.</summary>
    public async Task<Report> CorrectAsync(
        DbTransaction transaction,
        Report seen,
        FulfilmentStatement? statement,
        long expectedRevision,
        CancellationToken cancellationToken
    )
    {
        await persons.LockAsync(transaction, seen.Person, cancellationToken);
        var found = await transaction
            .Command($"{Report.Select} WHERE f.fulfilment_id = @id", ("id", seen.Id))
            .ListAsync(Report.Map, cancellationToken);
        var report = found.SingleOrDefault() ?? throw new RefusalException(Refuse.NotFound());
        if (report.Last.IsRetracted || (expectedRevision > 0 && expectedRevision != report.Last.Revision))
        {
            throw new RefusalException(
                Refuse.StateConflict(
                    FulfilmentMessages.StateOf(report.Last),
                    FulfilmentMessages.ActionsFor(report.Last),
                    report.Last.Revision
                )
            );
        }

        var (now, revision) = (time.NowMicros(), report.Last.Revision + 1);
        if (statement is not null)
        {
            CheckBeginning(statement, report.BeganMicros);
            var waiver = report.ObligationId is { } id ? await FindWaiverAsync(transaction, id, cancellationToken) : null;
            await CheckLedgerAsync(transaction, waiver, statement.Outcome, cancellationToken);
        }

        var next = statement is null
            ? report.Last with
            {
                Revision = revision,
                IsRetracted = true,
                RecordedMicros = now,
            }
            : FulfilmentMessages.VersionOf(statement, revision, now);
        await AddVersionAsync(transaction, report.Id, next, cancellationToken);
        return report with { Last = next };
    }

    private static void CheckBeginning(FulfilmentStatement statement, long began) =>
        new FieldCheck()
            .Require(statement.DueTime.ToMicros() >= began, "statement.due_time", "must not be before the agreement began")
            .Require(
                statement.EndTime is not { } end || end.ToMicros() >= began,
                "statement.end_time",
                "must not be before the agreement began"
            )
            .Enforce();

    private static async Task<Obligation?> WaiverAsync(DbTransaction transaction, NewReport asked, CancellationToken cancellationToken)
    {
        if (asked.ObligationId.Length == 0)
        {
            return null;
        }

        var found = await FindWaiverAsync(transaction, asked.ObligationId, cancellationToken);
        return
            found is { Kind: ObligationKind.DepositWaiver }
            && (found.Partner, found.Person, found.Programme) == (asked.Partner, asked.Person, asked.Programme)
            ? found
            : throw new RefusalException(Refuse.NotFound());
    }

    private static async Task<Obligation?> FindWaiverAsync(DbTransaction transaction, string id, CancellationToken cancellationToken) =>
        (await transaction.Command(LedgerStore.FindById, ("id", id)).ListAsync(LedgerStore.Map, cancellationToken)).SingleOrDefault();

    private static async Task CheckLedgerAsync(
        DbTransaction transaction,
        Obligation? waiver,
        FulfilmentOutcome outcome,
        CancellationToken cancellationToken
    )
    {
        if (waiver is null)
        {
            return;
        }

        var overdue = await transaction
            .Command(
                "SELECT COUNT(*) FROM ledger_entries WHERE obligation_id = @id AND kind = @overdue",
                ("id", waiver.Id),
                ("overdue", (int)EntryKind.Overdue)
            )
            .ScalarInt64Async(cancellationToken);
        if (FulfilmentRules.FaultsOf(waiver, overdue > 0, outcome) is { Count: > 0 } faults)
        {
            throw new RefusalException(Refuse.Fields(faults));
        }
    }

    private static async Task InsertAsync(DbTransaction transaction, Report report, CancellationToken cancellationToken)
    {
        var added = await transaction
            .Command(
                """
                INSERT INTO fulfilments (fulfilment_id, partner_id, report_id, person_id, subject, programme, obligation_id, began_us, revision, reported_us)
                VALUES (@id, @partner, @report, @person, @subject, @programme, @obligation, @began, 1, @reported)
                ON CONFLICT (partner_id, report_id) DO NOTHING
                """,
                ("id", report.Id),
                ("partner", report.Partner),
                ("report", report.ReportId),
                ("person", report.Person),
                ("subject", report.Subject),
                ("programme", report.Programme),
                ("obligation", report.ObligationId),
                ("began", report.BeganMicros),
                ("reported", report.ReportedMicros)
            )
            .ExecuteAsync(cancellationToken);
        if (added == 0)
        {
            throw new RefusalException(Refuse.AlreadyExists("report_id", "The report_id names another report of this partner."));
        }

        await AddVersionAsync(transaction, report.Id, report.Last, cancellationToken);
    }

    private static async Task AddVersionAsync(
        DbTransaction transaction,
        string fulfilmentId,
        ReportVersion version,
        CancellationToken cancellationToken
    )
    {
        await transaction
            .Command(
                """
                INSERT INTO fulfilment_versions (fulfilment_id, revision, is_retracted, kind, outcome, days_late, outstanding_fen, due_us, end_us, recorded_us)
                VALUES (@id, @revision, @retracted, @kind, @outcome, @days, @outstanding, @due, @end, @recorded)
                """,
                ("id", fulfilmentId),
                ("revision", version.Revision),
                ("retracted", version.IsRetracted ? 1 : 0),
                ("kind", (int)version.Kind),
                ("outcome", (int)version.Outcome),
                ("days", version.DaysLate),
                ("outstanding", version.OutstandingFen),
                ("due", version.DueMicros),
                ("end", version.EndMicros),
                ("recorded", version.RecordedMicros)
            )
            .ExecuteAsync(cancellationToken);
        var adverse = await transaction
            .Command(
                "SELECT COUNT(*) FROM fulfilment_versions WHERE fulfilment_id = @id AND outcome > @kept",
                ("id", fulfilmentId),
                ("kept", (int)FulfilmentOutcome.Kept)
            )
            .ScalarInt64Async(cancellationToken);
        await transaction
            .Command(
                "UPDATE fulfilments SET revision = @revision, adverse_end_us = @end WHERE fulfilment_id = @id",
                ("id", fulfilmentId),
                ("revision", version.Revision),
                ("end", FulfilmentRules.AdverseEndOf(adverse > 0, version))
            )
            .ExecuteAsync(cancellationToken);
    }
}
