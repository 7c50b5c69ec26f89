using System.Data.Common;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Fulfilments;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Sandbox;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Withdrawals;
using SandboxClock = SesameGrpc.Gateway.Sandbox.SandboxClock;

namespace SesameGrpc.Gateway.SandboxAccess;

/// <summary>
/// Brings a sandbox back to what it was before anything happened, in one transaction. What others rely on is kept: consents end as by a withdrawal, so that no instance answers from memory; other
/// bureaus hear that reports are gone; the audit log goes on, with an entry of this.
/// </summary>
internal sealed class SandboxReset(
    RequestReplay replay,
    Database database,
    PersonReader persons,
    WithdrawalFence fence,
    SandboxClock clock,
    ForcedFailures failures
)
{
    // A grant holds its person's row while it writes; so nothing is half written when this is held.
    private const string LockPersons = "LOCK TABLE persons IN EXCLUSIVE MODE";

    // The request that is under way has no response yet.
    private static readonly string[] Deletions =
    [
        """DELETE FROM "OpenIddictTokens" WHERE "AuthorizationId" IS NOT NULL""",
        """DELETE FROM "OpenIddictAuthorizations" """,
        "DELETE FROM collections",
        "DELETE FROM ledger_entries",
        "DELETE FROM exposures",
        "DELETE FROM credit_badges",
        "DELETE FROM disputes",
        "DELETE FROM webhook_attempts",
        "DELETE FROM webhook_deliveries",
        "DELETE FROM requests WHERE response IS NOT NULL",
        "DELETE FROM subjects",
        "DELETE FROM person_versions",
        "UPDATE partner_certificates SET warned_days = NULL WHERE warned_days IS NOT NULL",
        "UPDATE webhook_endpoints SET failing_since_us = NULL WHERE failing_since_us IS NOT NULL",
    ];

    // Whoever opted in, or was scored, while the clock was ahead did so now.
    private const string BringBackPersons = """
        UPDATE persons SET version = version + 1, opted_in_us = CASE WHEN opted_in_us > @now THEN @now ELSE opted_in_us END,
            opted_out_us = CASE WHEN opted_out_us > @now THEN @now ELSE opted_out_us END, as_of_us = CASE WHEN as_of_us > @now THEN @now ELSE as_of_us END
        WHERE opted_in_us > @now OR opted_out_us > @now OR as_of_us > @now
        """;

    public async Task<ResetSandboxResponse> RunAsync(ResetSandboxRequest request, ServerCallContext context)
    {
        var call = context.Call();
        var ahead = clock.Ahead;
        IReadOnlyList<string> agreed = [];
        List<string> reports = [];
        var response = await replay.RunAsync(
            context,
            request.RequestId,
            request,
            ResetSandboxResponse.Parser,
            async (transaction, token) =>
            {
                if (database.Provider == StorageProvider.PostgreSql)
                {
                    await transaction.Command(LockPersons).ExecuteAsync(token);
                }

                agreed = await PersonsAsync(transaction, "SELECT DISTINCT person_id FROM consents WHERE ended_us IS NULL", token);
                reports = await DeleteReportsAsync(transaction, token);
                var forgotten = await ForgetAsync(transaction, token);
                call.Leaves.Add(reports.Select(report => FulfilmentJournal.Describe(call.NewAuditEntry(), report, 0)));
                call.Leaves.Add(call.NewAuditEntry());
                forgotten.ClockSetBack = Duration.FromTimeSpan(ahead);
                clock.Reset();
                failures.Clear("");
                return forgotten;
            },
            (last, leaves) =>
            {
                WithdrawalFence.Append(last, agreed, clock.NowMicros());
                var gone = reports.Select((report, leaf) => new PendingChange(report, FulfilmentChange.Erased, leaf));
                FulfilmentJournal.Append(last, gone, leaves, clock.NowMicros());
            }
        );
        persons.ForgetAll();
        await fence.SettleAsync(context.CancellationToken);
        return response;
    }

    private async Task<ResetSandboxResponse> ForgetAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        var forgotten = new ResetSandboxResponse
        {
            ForgottenObligations = await transaction.Command("DELETE FROM obligations").ExecuteAsync(cancellationToken),
            ForgottenConsents = await transaction.Command("DELETE FROM consents").ExecuteAsync(cancellationToken),
            ForgottenEvents = await transaction.Command("DELETE FROM events").ExecuteAsync(cancellationToken),
        };
        await transaction.Command(BringBackPersons, ("now", (clock.GetUtcNow() - clock.Ahead).ToMicros())).ExecuteAsync(cancellationToken);
        await transaction
            .Command("UPDATE control_state SET cache_generation = cache_generation + @step", ("step", PersonBucket.GenerationStep))
            .ExecuteAsync(cancellationToken);
        foreach (var deletion in Deletions)
        {
            await transaction.Command(deletion).ExecuteAsync(cancellationToken);
        }

        return forgotten;
    }

    private static async Task<List<string>> DeleteReportsAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        var reports = new List<string>();
        foreach (var person in await PersonsAsync(transaction, "SELECT DISTINCT person_id FROM fulfilments", cancellationToken))
        {
            reports.AddRange(await FulfilmentJournal.DeleteOfAsync(transaction, person, cancellationToken));
        }

        return reports;
    }

    private static Task<List<string>> PersonsAsync(DbTransaction transaction, string query, CancellationToken cancellationToken) =>
        transaction.Command(query).ListAsync(row => row.GetString(0), cancellationToken);
}
