using System.Data.Common;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Fulfilments;

/// <summary>A partner's report of how a person kept an agreement, as stored, with its last version. Immutable.</summary>
internal sealed record Report
{
    /// <summary>All reports, named f, with their last versions, for <see cref="Map"/>. Those of whoever was erased are gone with the person.</summary>
    public const string Select = $"""
        SELECT f.fulfilment_id, f.partner_id, f.report_id, f.person_id, f.subject, f.programme, f.obligation_id, f.began_us, f.reported_us, p.external_id,
            (SELECT COUNT(*) FROM disputes d WHERE d.about_kind = 4 AND d.about = f.fulfilment_id AND d.answer IS NULL), {ReportVersion.Columns}
        FROM fulfilments f JOIN fulfilment_versions v ON v.fulfilment_id = f.fulfilment_id AND v.revision = f.revision
            JOIN persons p ON p.person_id = f.person_id
        """;

    public required string Id { get; init; }

    public required string Partner { get; init; }

    /// <summary>The partner's own id.</summary>
    public required string ReportId { get; init; }

    /// <summary>The person's internal id.</summary>
    public required string Person { get; init; }

    /// <summary>What the partner knows the person by.</summary>
    public required string Subject { get; init; }

    /// <summary>The operator's id of the person.</summary>
    public required string ExternalPerson { get; init; }

    public required string Programme { get; init; }

    /// <summary>The deposit waiver that it is about; null: none that is stored.</summary>
    public string? ObligationId { get; init; }

    /// <summary>When the agreement began.</summary>
    public required long BeganMicros { get; init; }

    public required long ReportedMicros { get; init; }

    /// <summary>Whether the person objects to it, and has no answer yet.</summary>
    public bool IsDisputed { get; init; }

    public required ReportVersion Last { get; init; }

    public static Report Map(DbDataReader row) =>
        new()
        {
            Id = row.GetString(0),
            Partner = row.GetString(1),
            ReportId = row.GetString(2),
            Person = row.GetString(3),
            Subject = row.GetString(4),
            Programme = row.GetString(5),
            ObligationId = row.IsDBNull(6) ? null : row.GetString(6),
            BeganMicros = row.GetInt64(7),
            ReportedMicros = row.GetInt64(8),
            ExternalPerson = row.GetString(9),
            IsDisputed = row.GetInt64(10) > 0,
            Last = ReportVersion.Map(row, 11),
        };
}

/// <summary>What a report says from one change on. Immutable.</summary>
internal sealed record ReportVersion
{
    /// <summary>Columns of fulfilment_versions, named v, for <see cref="Map"/>.</summary>
    public const string Columns =
        "v.revision, v.is_retracted, v.kind, v.outcome, v.days_late, v.outstanding_fen, v.due_us, v.end_us, v.recorded_us";

    public required long Revision { get; init; }

    /// <summary>It was taken back; the rest is what had been said before.</summary>
    public bool IsRetracted { get; init; }

    public required FulfilmentKind Kind { get; init; }

    public required FulfilmentOutcome Outcome { get; init; }

    public required int DaysLate { get; init; }

    /// <summary>What is not paid; 0: nothing was said of it.</summary>
    public required long OutstandingFen { get; init; }

    public required long DueMicros { get; init; }

    /// <summary>When it was kept, or the default ended; null: it lasts.</summary>
    public long? EndMicros { get; init; }

    public required long RecordedMicros { get; init; }

    public static ReportVersion Map(DbDataReader row, int first) =>
        new()
        {
            Revision = row.GetInt64(first),
            IsRetracted = row.GetInt32(first + 1) == 1,
            Kind = (FulfilmentKind)row.GetInt32(first + 2),
            Outcome = (FulfilmentOutcome)row.GetInt32(first + 3),
            DaysLate = row.GetInt32(first + 4),
            OutstandingFen = row.GetInt64(first + 5),
            DueMicros = row.GetInt64(first + 6),
            EndMicros = row.NullableInt64(first + 7),
            RecordedMicros = row.GetInt64(first + 8),
        };
}
