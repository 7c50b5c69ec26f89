using System.Data.Common;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Ledger;

/// <summary>Reads obligations. All changes go through <see cref="LedgerWriter"/>.</summary>
internal sealed class LedgerStore(Database database)
{
    /// <summary>The columns of an obligation's own row.</summary>
    public const string OwnColumns =
        "obligation_id, kind, partner_id, order_id, person_id, programme, state, revision, requested_fen, held_fen, charged_fen, collected_fen, charge, "
        + "policy_version, decision_id, granted_us, due_us, completed_us, payment_due_us, ended_us, settled_by, subject, refunded_fen, device_id";

    /// <summary>Finds by @id, for <see cref="Map"/>.</summary>
    public const string FindById = $"{Select} WHERE o.obligation_id = @id";

    /// <summary>Finds by @partner and @order, for <see cref="Map"/>.</summary>
    public const string FindByOrder = $"{Select} WHERE o.partner_id = @partner AND o.order_id = @order";

    /// <summary>Finds what is overdue by @person and @programme, for <see cref="Map"/>.</summary>
    public const string FindOverdue = $"{Select} WHERE o.person_id = @person AND o.programme = @programme AND o.state = 6";

    /// <summary>All obligations, named o, for <see cref="Map"/>.</summary>
    public const string Select = """
        SELECT o.obligation_id, o.kind, o.partner_id, o.order_id, o.person_id, o.programme, o.state, o.revision, o.requested_fen, o.held_fen, o.charged_fen,
            o.collected_fen, o.charge, o.policy_version, o.decision_id, o.granted_us, o.due_us, o.completed_us, o.payment_due_us, o.ended_us, o.settled_by,
            c.state, c.amount_fen, c.attempt, c.tries, c.next_us, c.cause, o.subject, p.external_id,
            (SELECT COUNT(*) FROM disputes d WHERE d.about_kind = 3 AND d.about = o.obligation_id AND d.answer IS NULL), o.refunded_fen, o.device_id
        FROM obligations o LEFT JOIN collections c ON c.obligation_id = o.obligation_id LEFT JOIN persons p ON p.person_id = o.person_id
        """;

    public Task<Obligation?> FindAsync(string id, CancellationToken cancellationToken) =>
        FindAsync(FindById, cancellationToken, ("id", id));

    public Task<Obligation?> FindByOrderAsync(string partner, string orderId, CancellationToken cancellationToken) =>
        FindAsync(FindByOrder, cancellationToken, ("partner", partner), ("order", orderId));

    /// <summary>Obligations below an id, newest first: ids begin with the time of the grant.</summary>
    public async Task<List<Obligation>> ListAsync(ObligationFilter filter, int limit, CancellationToken cancellationToken)
    {
        // The two filters that have an index are put into the text, so that the planner sees which of them to use.
        var where =
            (filter.Partner.Length > 0 ? " AND o.partner_id = @partner" : "")
            + (filter.Person.Length > 0 ? " AND o.person_id = @person" : "")
            + (filter.Subject.Length > 0 ? " AND o.subject = @subject" : "");
        await using var connection = await database.OpenAsync(cancellationToken);
        var command = connection.Command(
            $"""
            {Select}
            WHERE o.obligation_id < @below AND (@kind = 0 OR o.kind = @kind) AND (@state = 0 OR o.state = @state){where}
            ORDER BY o.obligation_id DESC LIMIT @limit
            """,
            ("kind", filter.Kind is { } kind ? (int)kind : 0),
            ("below", TimedId.Below(filter.BelowId)),
            ("state", filter.State is { } state ? (int)state : 0),
            ("limit", limit)
        );
        (string Name, string Value)[] texts = [("partner", filter.Partner), ("person", filter.Person), ("subject", filter.Subject)];
        foreach (var (name, value) in texts.Where(pair => pair.Value.Length > 0))
        {
            command.Add(name, value);
        }

        return await command.ListAsync(Map, cancellationToken);
    }

    /// <summary>An obligation and its part of the journal, oldest entry first, both of one moment.</summary>
    public async Task<(Obligation? Obligation, List<JournalEntry> Entries)> FindWithJournalAsync(
        string id,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var snapshot = await Database.BeginSnapshotAsync(connection, cancellationToken);
        var found = await snapshot.Command(FindById, ("id", id)).ListAsync(Map, cancellationToken);
        var entries = await snapshot
            .Command(
                "SELECT version, kind, amount_fen, state, created_us, detail FROM ledger_entries WHERE obligation_id = @id ORDER BY version",
                ("id", id)
            )
            .ListAsync(
                row => new JournalEntry(
                    row.GetInt64(0),
                    (EntryKind)row.GetInt32(1),
                    row.GetInt64(2),
                    (ObligationState)row.GetInt32(3),
                    row.GetInt64(4),
                    row.IsDBNull(5) ? null : row.GetFieldValue<byte[]>(5)
                ),
                cancellationToken
            );
        return (found.SingleOrDefault(), entries);
    }

    public static Obligation Map(DbDataReader row) =>
        new()
        {
            Id = row.GetString(0),
            Kind = (ObligationKind)row.GetInt32(1),
            Partner = row.GetString(2),
            OrderId = row.GetString(3),
            Person = row.GetString(4),
            Subject = row.GetString(27),
            ExternalPerson = row.IsDBNull(28) ? "" : row.GetString(28),
            IsDisputed = row.GetInt64(29) > 0,
            Programme = row.GetString(5),
            DeviceId = row.GetString(31),
            State = (ObligationState)row.GetInt32(6),
            Revision = row.GetInt64(7),
            RequestedFen = row.GetInt64(8),
            HeldFen = row.GetInt64(9),
            ChargedFen = row.GetInt64(10),
            CollectedFen = row.GetInt64(11),
            RefundedFen = row.GetInt64(30),
            Charge = row.IsDBNull(12) ? null : row.GetFieldValue<byte[]>(12),
            PolicyVersion = row.GetString(13),
            DecisionId = row.GetString(14),
            GrantedMicros = row.GetInt64(15),
            DueMicros = row.NullableInt64(16),
            CompletedMicros = row.NullableInt64(17),
            PaymentDueMicros = row.NullableInt64(18),
            EndedMicros = row.NullableInt64(19),
            SettledBy = (SettledBy?)row.NullableInt32(20),
            Collection = row.IsDBNull(21)
                ? null
                : new Collection
                {
                    State = (CollectionState)row.GetInt32(21),
                    AmountFen = row.GetInt64(22),
                    Attempt = row.GetInt32(23),
                    Tries = row.GetInt32(24),
                    NextMicros = row.NullableInt64(25),
                    Cause = row.GetString(26),
                },
        };

    private async Task<Obligation?> FindAsync(string sql, CancellationToken cancellationToken, params (string, object?)[] parameters)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var found = await connection.Command(sql, parameters).ListAsync(Map, cancellationToken);
        return found.SingleOrDefault();
    }
}

/// <summary>Which obligations to list, the person by internal id or by what the partner knows them by. Empty texts and nulls mean any.</summary>
internal sealed record ObligationFilter(
    string BelowId,
    ObligationKind? Kind,
    string Partner,
    string Person,
    string Subject,
    ObligationState? State
);

/// <summary>An entry as the journal holds it.</summary>
internal sealed record JournalEntry(
    long Version,
    EntryKind Kind,
    long AmountFen,
    ObligationState State,
    long CreatedMicros,
    byte[]? Detail
);
