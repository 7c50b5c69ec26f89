using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Ledger;

/// <summary>
/// The statements that write what was decided. Behind the lock there is a second line: two writers of one person would collide on the numbers of entries, and two of one
/// obligation on its revision.
/// </summary>
internal static class LedgerWriting
{
    private const string InsertRequest = """
        INSERT INTO requests (caller, method, request_id, body_sha256, response, created_us, person_id)
        VALUES (@caller, @method, @request, @hash, @response, @now, @person)
        """;

    private const string InsertObligation = $"""
        INSERT INTO obligations ({LedgerStore.OwnColumns})
        VALUES (@id, @kind, @partner, @order, @person, @programme, @state, @revision, @requested, @held, @charged, @collected, @charge,
            @policy, @decision, @granted, @due, @completed, @payment_due, @ended, @settled_by, @subject, @refunded, @device)
        """;

    // A change that was decided on another revision would be a NULL where none may be: the store refuses it.
    private const string UpdateObligation = """
        UPDATE obligations SET state = @state, revision = CASE WHEN revision = @revision - 1 THEN @revision END, charged_fen = @charged, collected_fen = @collected, refunded_fen = @refunded, charge = @charge, due_us = @due,
            completed_us = @completed, payment_due_us = @payment_due, ended_us = @ended, settled_by = @settled_by
        WHERE obligation_id = @id
        """;

    private const string UpsertCollection = """
        INSERT INTO collections (obligation_id, person_id, state, amount_fen, attempt, tries, next_us, cause, updated_us)
        VALUES (@id, @person, @state, @amount, @attempt, @tries, @next, @cause, @now)
        ON CONFLICT (obligation_id) DO UPDATE SET state = excluded.state, amount_fen = excluded.amount_fen, attempt = excluded.attempt,
            tries = excluded.tries, next_us = excluded.next_us, cause = excluded.cause, updated_us = excluded.updated_us
        """;

    private const string InsertEntry = """
        INSERT INTO ledger_entries (person_id, version, obligation_id, kind, amount_fen, state, created_us, detail)
        VALUES (@person, @version, @obligation, @kind, @amount, @state, @now, @detail)
        """;

    // The ceilings are those of this hold, and the CHECK constraints compare with them: the store itself refuses what the decision should have.
    private const string Hold = """
        INSERT INTO exposures (person_id, scope, open_fen, open_count, ceiling_fen, ceiling_count, version) VALUES
            (@person, @scope0, @amount, 1, @fen0, @count0, 1), (@person, @scope1, @amount, 1, @fen1, @count1, 1), (@person, @scope2, @amount, 1, @fen2, @count2, 1)
        ON CONFLICT (person_id, scope) DO UPDATE SET
            open_fen = exposures.open_fen + excluded.open_fen, open_count = exposures.open_count + 1,
            ceiling_fen = excluded.ceiling_fen, ceiling_count = excluded.ceiling_count, version = exposures.version + 1
        """;

    private const string Adjust = """
        UPDATE exposures SET open_fen = open_fen + @amount, open_count = open_count + @count, version = version + @entries
        WHERE person_id = @person AND scope IN (@scope0, @scope1, @scope2)
        """;

    public static void Add(StatementBatch batch, RequestKey key, byte[] response, string? person, long nowMicros) =>
        batch.Add(
            InsertRequest,
            ("caller", key.Caller),
            ("method", key.Method),
            ("request", key.RequestId),
            ("hash", key.BodyHash),
            ("response", response),
            ("now", nowMicros),
            ("person", person)
        );

    /// <summary>Adds the statements of a change; version is the number of its last entry.</summary>
    public static void Add(StatementBatch batch, Posting posting, long version, long nowMicros)
    {
        var (before, after) = (posting.Before, posting.After);
        if (before is null)
        {
            AddNew(batch, after);
            AddHold(batch, after, posting.Limits ?? throw new InvalidOperationException("A new obligation needs its limits."));
        }
        else if (posting.Entries.Count > 0)
        {
            AddChanged(batch, after);
            AddAdjustment(batch, posting);
        }

        if (after.Collection is { } collection && collection != before?.Collection)
        {
            AddCollection(batch, after, collection, nowMicros);
        }

        for (var index = 0; index < posting.Entries.Count; index++)
        {
            var entry = posting.Entries[index];
            batch.Add(
                InsertEntry,
                ("person", after.Person),
                ("version", version - posting.Entries.Count + 1 + index),
                ("obligation", after.Id),
                ("kind", (int)entry.Kind),
                ("amount", entry.AmountFen),
                ("state", (int)after.State),
                ("now", nowMicros),
                ("detail", entry.Detail)
            );
        }
    }

    private static void AddNew(StatementBatch batch, Obligation obligation) =>
        batch.Add(
            InsertObligation,
            [
                ("kind", (int)obligation.Kind),
                ("partner", obligation.Partner),
                ("order", obligation.OrderId),
                ("person", obligation.Person),
                ("subject", obligation.Subject),
                ("programme", obligation.Programme),
                ("device", obligation.DeviceId),
                ("requested", obligation.RequestedFen),
                ("held", obligation.HeldFen),
                ("policy", obligation.PolicyVersion),
                ("decision", obligation.DecisionId),
                ("granted", obligation.GrantedMicros),
                .. Changing(obligation),
            ]
        );

    private static void AddChanged(StatementBatch batch, Obligation obligation) => batch.Add(UpdateObligation, Changing(obligation));

    private static (string, object?)[] Changing(Obligation obligation) =>
        [
            ("id", obligation.Id),
            ("state", (int)obligation.State),
            ("revision", obligation.Revision),
            ("charged", obligation.ChargedFen),
            ("collected", obligation.CollectedFen),
            ("refunded", obligation.RefundedFen),
            ("charge", obligation.Charge),
            ("due", obligation.DueMicros),
            ("completed", obligation.CompletedMicros),
            ("payment_due", obligation.PaymentDueMicros),
            ("ended", obligation.EndedMicros),
            ("settled_by", (int?)obligation.SettledBy),
        ];

    private static void AddHold(StatementBatch batch, Obligation obligation, IReadOnlyList<ScopeLimit> limits) =>
        batch.Add(
            Hold,
            [
                ("person", obligation.Person),
                ("amount", obligation.HeldFen),
                .. limits.SelectMany(
                    (limit, index) =>
                        new (string, object?)[]
                        {
                            ($"scope{index}", limit.Scope),
                            ($"fen{index}", limit.MaxFen),
                            ($"count{index}", limit.MaxCount),
                        }
                ),
            ]
        );

    private static void AddAdjustment(StatementBatch batch, Posting posting)
    {
        var scopes = ScopeLimit.ScopesOf(posting.After.Partner, posting.After.Programme);
        batch.Add(
            Adjust,
            ("person", posting.After.Person),
            ("scope0", scopes[0]),
            ("scope1", scopes[1]),
            ("scope2", scopes[2]),
            ("amount", posting.OpenFen),
            ("count", posting.OpenCount),
            ("entries", posting.Entries.Count)
        );
    }

    private static void AddCollection(StatementBatch batch, Obligation obligation, Collection collection, long nowMicros) =>
        batch.Add(
            UpsertCollection,
            ("id", obligation.Id),
            ("person", obligation.Person),
            ("state", (int)collection.State),
            ("amount", collection.AmountFen),
            ("attempt", collection.Attempt),
            ("tries", collection.Tries),
            ("next", collection.NextMicros),
            ("cause", collection.Cause),
            ("now", nowMicros)
        );
}
