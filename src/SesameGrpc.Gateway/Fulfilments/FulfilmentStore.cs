using System.Data.Common;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Fulfilments;

/// <summary>Which reports to list. Empty texts mean any; the person is the internal id.</summary>
internal sealed record ReportFilter(string BelowId, string Partner = "", string Subject = "", string Person = "");

/// <summary>A change as it is told. The report is null when it is gone.</summary>
internal sealed record StoredChange(
    long Position,
    string FulfilmentId,
    FulfilmentChange Change,
    bool IsDisputed,
    long Micros,
    Report? Report
);

/// <summary>Reads reports. All changes go through <see cref="FulfilmentChanges"/>, <see cref="FulfilmentJournal"/> and whoever erases or ends them.</summary>
internal sealed class FulfilmentStore(Database database)
{
    /// <summary>The position before all changes.</summary>
    public const long Start = -1;

    // The version is that of the change, not the last.
    private const string Changes = $"""
        SELECT c.position, c.fulfilment_id, c.change, c.is_disputed, c.changed_us,
            f.partner_id, f.report_id, f.person_id, f.subject, f.programme, f.began_us, f.reported_us, p.external_id, {ReportVersion.Columns}
        FROM fulfilment_changes c LEFT JOIN fulfilments f ON f.fulfilment_id = c.fulfilment_id
            LEFT JOIN fulfilment_versions v ON v.fulfilment_id = c.fulfilment_id AND v.revision = c.revision
            LEFT JOIN persons p ON p.person_id = f.person_id
        WHERE c.position > @after ORDER BY c.position LIMIT @limit
        """;

    public async Task<Report?> FindAsync(string fulfilmentId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var found = await connection
            .Command($"{Report.Select} WHERE f.fulfilment_id = @id", ("id", fulfilmentId))
            .ListAsync(Report.Map, cancellationToken);
        return found.SingleOrDefault();
    }

    public async Task<Report?> FindByReportIdAsync(string partner, string reportId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var found = await connection
            .Command($"{Report.Select} WHERE f.partner_id = @partner AND f.report_id = @report", ("partner", partner), ("report", reportId))
            .ListAsync(Report.Map, cancellationToken);
        return found.SingleOrDefault();
    }

    /// <summary>Newest first: ids begin with the time of the report.</summary>
    public async Task<List<Report>> ListAsync(ReportFilter filter, int limit, CancellationToken cancellationToken)
    {
        // The filters are put into the text only where they are asked for, so that the planner sees which index to use.
        (string Name, string Column, string Value)[] filters =
        [
            ("partner", "f.partner_id", filter.Partner),
            ("subject", "f.subject", filter.Subject),
            ("person", "f.person_id", filter.Person),
        ];
        var asked = filters.Where(item => item.Value.Length > 0).ToList();
        var where = string.Concat(asked.Select(item => $" AND {item.Column} = @{item.Name}"));
        await using var connection = await database.OpenAsync(cancellationToken);
        var command = connection.Command(
            $"{Report.Select} WHERE f.fulfilment_id < @below{where} ORDER BY f.fulfilment_id DESC LIMIT @limit",
            ("below", TimedId.Below(filter.BelowId)),
            ("limit", limit)
        );
        asked.ForEach(item => command.Add(item.Name, item.Value));
        return await command.ListAsync(Report.Map, cancellationToken);
    }

    /// <summary>A report's newest versions, newest first.</summary>
    public async Task<List<ReportVersion>> VersionsAsync(string fulfilmentId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                $"SELECT {ReportVersion.Columns} FROM fulfilment_versions v WHERE v.fulfilment_id = @id ORDER BY v.revision DESC LIMIT @limit",
                ("id", fulfilmentId),
                ("limit", FulfilmentRules.MostVersions)
            )
            .ListAsync(row => ReportVersion.Map(row, 0), cancellationToken);
    }

    /// <summary>The changes above a position, in order.</summary>
    public async Task<List<StoredChange>> ReadAsync(long after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.Command(Changes, ("after", after), ("limit", limit)).ListAsync(MapChange, cancellationToken);
    }

    private static StoredChange MapChange(DbDataReader row) =>
        new(
            row.GetInt64(0),
            row.GetString(1),
            (FulfilmentChange)row.GetInt32(2),
            row.GetInt32(3) == 1,
            row.GetInt64(4),
            row.IsDBNull(5) || row.IsDBNull(13)
                ? null
                : new Report
                {
                    Id = row.GetString(1),
                    Partner = row.GetString(5),
                    ReportId = row.GetString(6),
                    Person = row.GetString(7),
                    Subject = row.GetString(8),
                    Programme = row.GetString(9),
                    BeganMicros = row.GetInt64(10),
                    ReportedMicros = row.GetInt64(11),
                    ExternalPerson = row.GetString(12),
                    Last = ReportVersion.Map(row, 13),
                }
        );
}
