using System.Data.Common;
using System.Text;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Retention;

/// <summary>What speaks of an obligation outside of the ledger: events, their deliveries, and answers kept for repetitions.</summary>
internal static class AdverseTraces
{
    private const string Deliveries =
        "position = @position AND endpoint_id IN (SELECT endpoint_id FROM webhook_endpoints WHERE partner_id = @partner)";

    public static async Task<List<long>> EventsAsync(
        DbTransaction transaction,
        AdverseRecord record,
        string partner,
        CancellationToken cancellationToken
    )
    {
        var all = await transaction
            .Command(
                "SELECT position, document FROM events WHERE person_id = @person AND partner_id = @partner",
                ("person", record.Person),
                ("partner", partner)
            )
            .ListAsync(row => (Position: row.GetInt64(0), Event: Event.Parser.ParseFrom(row.GetFieldValue<byte[]>(1))), cancellationToken);
        return [.. all.Where(item => item.Event.DepositWaiver?.DepositWaiverId == record.ObligationId).Select(item => item.Position)];
    }

    // A delivery that is still to be made holds up those behind it, and a refund has money to give back; both come to an end by themselves.
    public static async Task<bool> IsUnderWayAsync(
        DbTransaction transaction,
        AdverseRecord record,
        string partner,
        List<long> events,
        CancellationToken cancellationToken
    )
    {
        var batch = new StatementBatch(transaction);
        var open = new List<List<int>>
        {
            batch.Query(
                "SELECT 1 FROM collections WHERE obligation_id = @id AND next_us IS NOT NULL",
                row => row.GetInt32(0),
                ("id", record.ObligationId)
            ),
        };
        open.AddRange(
            events.Select(position =>
                batch.Query(
                    $"SELECT 1 FROM webhook_deliveries WHERE {Deliveries} AND state < 3",
                    row => row.GetInt32(0),
                    ("position", position),
                    ("partner", partner)
                )
            )
        );
        await batch.SendAsync(cancellationToken);
        return open.Any(rows => rows.Count > 0);
    }

    // Answers that are kept for repetitions of their requests tell of it as well.
    public static async Task DeleteAnswersAsync(
        DbTransaction transaction,
        string person,
        string tracedId,
        CancellationToken cancellationToken
    )
    {
        var id = Encoding.ASCII.GetBytes(tracedId);
        var answers = await transaction
            .Command("SELECT caller, method, request_id, response FROM requests WHERE person_id = @person", ("person", person))
            .ListAsync(
                row =>
                    (
                        Caller: row.GetString(0),
                        Method: row.GetString(1),
                        Request: row.GetString(2),
                        Response: row.IsDBNull(3) ? [] : row.GetFieldValue<byte[]>(3)
                    ),
                cancellationToken
            );
        foreach (var answer in answers.Where(answer => answer.Response.AsSpan().IndexOf(id) >= 0))
        {
            await transaction
                .Command(
                    "DELETE FROM requests WHERE caller = @caller AND method = @method AND request_id = @request",
                    ("caller", answer.Caller),
                    ("method", answer.Method),
                    ("request", answer.Request)
                )
                .ExecuteAsync(cancellationToken);
        }
    }

    public static void DeleteEvent(StatementBatch batch, long position, string partner) =>
        batch
            .Add($"DELETE FROM webhook_attempts WHERE {Deliveries}", ("position", position), ("partner", partner))
            .Add($"DELETE FROM webhook_deliveries WHERE {Deliveries}", ("position", position), ("partner", partner))
            .Add("DELETE FROM events WHERE position = @position", ("position", position));
}
