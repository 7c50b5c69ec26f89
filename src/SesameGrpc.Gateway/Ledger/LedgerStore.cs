using System.Data.Common;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Ledger;

/// <summary>
/// Obligations, the sums they add up to, and the journal of what happened to them; one transaction for each change. Invariants: a hold and its check are one
/// statement, so no limit is ever overspent; the row of scope "all" is changed first, so changes of one person wait for one another; every
/// change of a sum has an entry, and a person's entries are numbered without gaps.
/// </summary>
internal sealed class LedgerStore(Database database)
{
    private const string Columns =
        "obligation_id, kind, partner_id, order_id, person_id, programme, state, revision, requested_fen, held_fen, policy_version, decision_id, granted_us, due_us, ended_us";

    private const string HoldInScope = """
        INSERT INTO exposures (person_id, scope, open_fen, open_count, ceiling_fen, ceiling_count, version)
        SELECT @person, @scope, @amount, 1, @max_fen, @max_count, 1 WHERE @amount <= @max_fen AND @max_count >= 1
        ON CONFLICT (person_id, scope) DO UPDATE SET
            open_fen = exposures.open_fen + excluded.open_fen, open_count = exposures.open_count + 1,
            ceiling_fen = excluded.ceiling_fen, ceiling_count = excluded.ceiling_count, version = exposures.version + 1
        WHERE exposures.open_fen + excluded.open_fen <= excluded.ceiling_fen AND exposures.open_count + 1 <= excluded.ceiling_count
        RETURNING version
        """;

    private const string ReleaseInScope = """
        UPDATE exposures SET open_fen = open_fen - @amount, open_count = open_count - 1, version = version + 1
        WHERE person_id = @person AND scope = @scope
        RETURNING version
        """;

    private const string InsertObligation = $"""
        INSERT INTO obligations ({Columns})
        VALUES (@id, @kind, @partner, @order, @person, @programme, @state, @revision, @requested, @held, @policy, @decision, @granted, @due, @ended)
        ON CONFLICT (partner_id, order_id) DO NOTHING
        """;

    /// <summary>Opens an obligation: holds its amount in every scope, or in none and says which limit it met. Null: the hold was made.</summary>
    public static async Task<DecisionReason?> OpenAsync(
        DbTransaction transaction,
        Obligation obligation,
        IReadOnlyList<ScopeLimit> limits,
        CancellationToken cancellationToken
    )
    {
        const string Savepoint = "before_hold";
        await transaction.SaveAsync(Savepoint, cancellationToken);
        long personVersion = 0;
        foreach (var limit in limits)
        {
            var version = await transaction
                .Command(
                    HoldInScope,
                    ("person", obligation.Person),
                    ("scope", limit.Scope),
                    ("amount", obligation.HeldFen),
                    ("max_fen", limit.MaxFen),
                    ("max_count", limit.MaxCount)
                )
                .ScalarInt64Async(cancellationToken);
            if (version is null)
            {
                await transaction.RollbackAsync(Savepoint, cancellationToken);
                return limit.Reason;
            }

            personVersion = limit.Scope == ScopeLimit.AllScope ? version.Value : personVersion;
        }

        await AppendAsync(transaction, obligation, EntryKind.Hold, personVersion, obligation.GrantedMicros, cancellationToken);
        return null;
    }

    /// <summary>Stores a new obligation; false when its order id is taken.</summary>
    public static async Task<bool> InsertAsync(DbTransaction transaction, Obligation obligation, CancellationToken cancellationToken) =>
        await transaction
            .Command(
                InsertObligation,
                ("id", obligation.Id),
                ("kind", (int)obligation.Kind),
                ("partner", obligation.Partner),
                ("order", obligation.OrderId),
                ("person", obligation.Person),
                ("programme", obligation.Programme),
                ("state", obligation.State),
                ("revision", obligation.Revision),
                ("requested", obligation.RequestedFen),
                ("held", obligation.HeldFen),
                ("policy", obligation.PolicyVersion),
                ("decision", obligation.DecisionId),
                ("granted", obligation.GrantedMicros),
                ("due", obligation.DueMicros),
                ("ended", obligation.EndedMicros)
            )
            .ExecuteAsync(cancellationToken) == 1;

    /// <summary>Whether the partner's order id names an obligation already.</summary>
    public static async Task<bool> IsOrderTakenAsync(
        DbTransaction transaction,
        string partner,
        string orderId,
        CancellationToken cancellationToken
    ) =>
        await transaction
            .Command(
                "SELECT 1 FROM obligations WHERE partner_id = @partner AND order_id = @order",
                ("partner", partner),
                ("order", orderId)
            )
            .ScalarInt64Async(cancellationToken)
            is not null;

    /// <summary>Ends an obligation that is in the state given, at the revision given (0: any), and releases its hold. Null: it is in another state or revision.</summary>
    public static async Task<Obligation?> CloseAsync(
        DbTransaction transaction,
        Obligation open,
        int finalState,
        long endedMicros,
        CancellationToken cancellationToken
    )
    {
        var changed = await transaction
            .Command(
                "UPDATE obligations SET state = @final, revision = revision + 1, ended_us = @ended WHERE obligation_id = @id AND state = @state AND revision = @revision",
                ("final", finalState),
                ("ended", endedMicros),
                ("id", open.Id),
                ("state", open.State),
                ("revision", open.Revision)
            )
            .ExecuteAsync(cancellationToken);
        if (changed == 0)
        {
            return null;
        }

        var closed = open with { State = finalState, Revision = open.Revision + 1, EndedMicros = endedMicros };
        long personVersion = 0;
        foreach (var scope in ScopeLimit.ScopesOf(open.Partner, open.Programme))
        {
            var version =
                await transaction
                    .Command(ReleaseInScope, ("person", open.Person), ("scope", scope), ("amount", open.HeldFen))
                    .ScalarInt64Async(cancellationToken)
                ?? throw new InvalidOperationException($"The exposure of obligation {open.Id} in scope {scope} is missing.");
            personVersion = scope == ScopeLimit.AllScope ? version : personVersion;
        }

        await AppendAsync(transaction, closed, EntryKind.Release, personVersion, endedMicros, cancellationToken);
        return closed;
    }

    public static async Task<Obligation?> FindAsync(
        DbTransaction transaction,
        string partner,
        ObligationKind kind,
        string id,
        CancellationToken cancellationToken
    )
    {
        var found = await transaction
            .Command(
                $"SELECT {Columns} FROM obligations WHERE obligation_id = @id AND partner_id = @partner AND kind = @kind",
                ("id", id),
                ("partner", partner),
                ("kind", (int)kind)
            )
            .ListAsync(Map, cancellationToken);
        return found.SingleOrDefault();
    }

    public async Task<Obligation?> FindAsync(
        string partner,
        ObligationKind kind,
        string? id,
        string? orderId,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var where = id is not null ? "obligation_id = @key" : "order_id = @key";
        var found = await connection
            .Command(
                $"SELECT {Columns} FROM obligations WHERE partner_id = @partner AND kind = @kind AND {where}",
                ("partner", partner),
                ("kind", (int)kind),
                ("key", id ?? orderId)
            )
            .ListAsync(Map, cancellationToken);
        return found.SingleOrDefault();
    }

    /// <summary>A partner's obligations below an id, newest first: ids begin with the time of the grant.</summary>
    public async Task<List<Obligation>> ListAsync(
        string partner,
        ObligationKind kind,
        ObligationFilter filter,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                $"""
                SELECT {Columns} FROM obligations
                WHERE partner_id = @partner AND kind = @kind AND obligation_id < @below AND (@person = '' OR person_id = @person) AND (@state = 0 OR state = @state)
                ORDER BY obligation_id DESC LIMIT @limit
                """,
                ("partner", partner),
                ("kind", (int)kind),
                ("below", filter.BelowId.Length > 0 ? filter.BelowId : "g"),
                ("person", filter.Person),
                ("state", filter.State),
                ("limit", limit)
            )
            .ListAsync(Map, cancellationToken);
    }

    private static async Task AppendAsync(
        DbTransaction transaction,
        Obligation obligation,
        EntryKind kind,
        long personVersion,
        long nowMicros,
        CancellationToken cancellationToken
    ) =>
        await transaction
            .Command(
                """
                INSERT INTO ledger_entries (person_id, version, obligation_id, kind, amount_fen, state, created_us)
                VALUES (@person, @version, @obligation, @kind, @amount, @state, @now)
                """,
                ("person", obligation.Person),
                ("version", personVersion),
                ("obligation", obligation.Id),
                ("kind", (int)kind),
                ("amount", obligation.HeldFen),
                ("state", obligation.State),
                ("now", nowMicros)
            )
            .ExecuteAsync(cancellationToken);

    private static Obligation Map(DbDataReader row) =>
        new()
        {
            Id = row.GetString(0),
            Kind = (ObligationKind)row.GetInt32(1),
            Partner = row.GetString(2),
            OrderId = row.GetString(3),
            Person = row.GetString(4),
            Programme = row.GetString(5),
            State = row.GetInt32(6),
            Revision = row.GetInt64(7),
            RequestedFen = row.GetInt64(8),
            HeldFen = row.GetInt64(9),
            PolicyVersion = row.GetString(10),
            DecisionId = row.GetString(11),
            GrantedMicros = row.GetInt64(12),
            DueMicros = row.NullableInt64(13),
            EndedMicros = row.NullableInt64(14),
        };
}

/// <summary>Which of a partner's obligations to list. Empty texts and state 0 mean any.</summary>
internal sealed record ObligationFilter(string BelowId, string Person, int State);
