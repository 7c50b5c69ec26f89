using System.Data.Common;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Disputes;

/// <summary>Which disputes to list. Empty texts mean any, null both open and answered ones.</summary>
/// <param name="BelowId">Only those below this id: ids begin with the time of the opening.</param>
/// <param name="Person">Only this person's, by internal id.</param>
/// <param name="IsOpen">Only those that are open, or are not.</param>
/// <param name="DueBeforeMicros">Only those that were to be answered before; null: whenever.</param>
internal sealed record DisputeFilter(string BelowId, string Person, bool? IsOpen, long? DueBeforeMicros);

/// <summary>Reads disputes. All changes go through <see cref="DisputeChanges"/>.</summary>
internal sealed class DisputeStore(Database database)
{
    /// <summary>All disputes, for <see cref="Dispute.Map"/>. Those of whoever was erased are gone with the person.</summary>
    public const string Select = $"SELECT {Dispute.Columns} FROM disputes d JOIN persons p ON p.person_id = d.person_id";

    /// <summary>How many disputes of a person are open, as the connection or its transaction sees it.</summary>
    public static async Task<int> CountOpenAsync(DbConnection connection, string person, CancellationToken cancellationToken) =>
        (int)(
            await connection
                .Command("SELECT COUNT(*) FROM disputes WHERE person_id = @person AND answer IS NULL", ("person", person))
                .ScalarInt64Async(cancellationToken)
            ?? 0
        );

    public async Task<int> CountOpenAsync(string person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await CountOpenAsync(connection, person, cancellationToken);
    }

    /// <summary>Newest first.</summary>
    public async Task<List<Dispute>> ListAsync(DisputeFilter filter, int limit, CancellationToken cancellationToken)
    {
        // What has an index is put into the text, so that the planner sees which of them to use.
        var where =
            (filter.Person.Length > 0 ? " AND d.person_id = @person" : "")
            + (
                filter.IsOpen is not { } isOpen ? ""
                : isOpen ? " AND d.answer IS NULL"
                : " AND d.answer IS NOT NULL"
            )
            + (filter.DueBeforeMicros is null ? "" : " AND d.due_us < @due");
        await using var connection = await database.OpenAsync(cancellationToken);
        var command = connection.Command(
            $"{Select} WHERE d.dispute_id < @below{where} ORDER BY d.dispute_id DESC LIMIT @limit",
            ("below", TimedId.Below(filter.BelowId)),
            ("limit", limit)
        );
        if (filter.Person.Length > 0)
        {
            command.Add("person", filter.Person);
        }

        if (filter.DueBeforeMicros is { } due)
        {
            command.Add("due", due);
        }

        return await command.ListAsync(Dispute.Map, cancellationToken);
    }
}
