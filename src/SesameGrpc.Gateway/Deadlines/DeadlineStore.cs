using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Deadlines;

/// <summary>An obligation whose time has passed, and that time; a page goes on behind it.</summary>
internal sealed record PastDue(long DueMicros, string ObligationId)
{
    public static PastDue BeforeAll { get; } = new(long.MinValue, "");
}

/// <summary>Finds the obligations whose time has passed. They are changed through the ledger alone.</summary>
internal sealed class DeadlineStore(Database database)
{
    // The states are in the texts, because the indexes hold these states only.
    private const string NotReturned = """
        SELECT due_us, obligation_id FROM obligations
        WHERE state = 1 AND due_us IS NOT NULL AND due_us < @now AND (due_us, obligation_id) > (@due, @id)
        ORDER BY due_us, obligation_id LIMIT @limit
        """;

    private const string NotSettled = """
        SELECT due_us, obligation_id FROM obligations
        WHERE state = 8 AND due_us < @now AND (due_us, obligation_id) > (@due, @id)
        ORDER BY due_us, obligation_id LIMIT @limit
        """;

    private const string NotPaid = """
        SELECT payment_due_us, obligation_id FROM obligations
        WHERE state = 4 AND payment_due_us < @now AND (payment_due_us, obligation_id) > (@due, @id)
        ORDER BY payment_due_us, obligation_id LIMIT @limit
        """;

    /// <summary>What comes behind the last one seen, longest past due first; other instances find the same ones.</summary>
    /// <param name="state">Active: not returned or not closed in time. Closed: its settlement was not stated in time. Settling: not paid in time.</param>
    /// <param name="nowMicros">The time that must have been reached.</param>
    /// <param name="behind">The last one seen.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<List<PastDue>> FindAsync(
        ObligationState state,
        long nowMicros,
        PastDue behind,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                state switch
                {
                    ObligationState.Active => NotReturned,
                    ObligationState.Closed => NotSettled,
                    _ => NotPaid,
                },
                ("now", nowMicros),
                ("due", behind.DueMicros),
                ("id", behind.ObligationId),
                ("limit", limit)
            )
            .ListAsync(row => new PastDue(row.GetInt64(0), row.GetString(1)), cancellationToken);
    }
}
