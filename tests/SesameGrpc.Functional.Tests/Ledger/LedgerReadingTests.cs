using System.Data.Common;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Storage;
using Xunit;

namespace SesameGrpc.Functional.Tests.Ledger;

/// <summary>What a transaction of the ledger reads while another instance holds a person's lock and lets go of it.</summary>
public sealed class LedgerReadingTests(Stores stores)
{
    private const int Others = 400;
    private const int Attempts = 40;

    /// <summary>
    /// Two works on one person: the first finds the person locked, the second does not any more. What the first reads must not be older than the lock that the second got.
    /// </summary>
    [Fact]
    public async Task Read_LockThatIsLetGoOfBetweenTwoWorksOnAPerson_IsNotOlderThanTheLock()
    {
        await using var gateway = await stores.StartGatewayAsync(Store.PostgreSql);
        var database = gateway.Service<Database>();
        await FillAsync(database);
        var works = new[] { Work("x") }.Concat(Enumerable.Range(0, Others).Select(other => Work($"o{other}"))).Append(Work("y")).ToList();

        var races = 0;
        for (var attempt = 1; attempt <= Attempts && races < 3; attempt++)
        {
            await using var holding = await database.OpenAsync(CancellationToken.None);
            await using var holder = await holding.BeginTransactionAsync();
            await holder.Command("SELECT 1 FROM persons WHERE person_id = 'p' FOR NO KEY UPDATE").ExecuteAsync(CancellationToken.None);
            await holder
                .Command("UPDATE obligations SET revision = revision + 1 WHERE obligation_id = 'x'")
                .ExecuteAsync(CancellationToken.None);

            await using var reading = await database.OpenAsync(CancellationToken.None);
            await using var reader = await reading.BeginTransactionAsync();
            var process = (await reader.Command("SELECT pg_backend_pid()").ScalarInt64Async(CancellationToken.None))!.Value;
            var read = Task.Run(() =>
                new LedgerReading(reader, StorageProvider.PostgreSql, waitForLocks: false, 0).ReadAsync(works, default)
            );
            await WhenItHasLockedAnybodyAsync(database, process);
            await holder.CommitAsync();
            var (book, locked) = await read;

            if (locked.Count == 0)
            {
                races++;
                Assert.Equal(attempt + 1, book.Obligation("x")!.Revision);
            }
        }

        Assert.True(races > 0, "The lock was never let go of in time.");
    }

    [Fact]
    public async Task Change_DecidedOnAnotherRevision_IsRefusedByTheStore()
    {
        foreach (var store in Enum.GetValues<Store>())
        {
            await using var gateway = await stores.StartGatewayAsync(store);
            var database = gateway.Service<Database>();
            await FillAsync(database, others: 0);
            var ledger = gateway.Service<LedgerStore>();
            var seen = (await ledger.FindAsync("x", default))!;
            var posting = ObligationRules.Cancel(seen with { Revision = 7 }, 0);

            await Assert.ThrowsAnyAsync<DbException>(() =>
                database.WriteBatchedAsync(
                    (transaction, _) =>
                    {
                        var last = new StatementBatch(transaction);
                        LedgerWriting.Add(last, posting, 1, 0);
                        return Task.FromResult((true, last));
                    },
                    default
                )
            );
            Assert.Equal(seen, await ledger.FindAsync("x", default));
        }
    }

    private static LedgerWork Work(string obligation) =>
        new()
        {
            ObligationId = obligation,
            NewEntry = _ => throw new InvalidOperationException("Nothing is decided here."),
            Decide = _ => throw new InvalidOperationException("Nothing is decided here."),
        };

    // Obligations x and y of p, and one each of others, which stand between them.
    private static async Task FillAsync(Database database, int others = Others)
    {
        var owners = Enumerable.Range(0, others).Select(other => ($"o{other}", $"person-o{other}")).ToList();
        await database.WriteAsync(
            async (transaction, token) =>
            {
                foreach (var person in owners.Select(owner => owner.Item2).Append("p"))
                {
                    await transaction
                        .Command(
                            "INSERT INTO persons (person_id, external_id, version, opted_in, opted_in_us, court_listed, score_version) VALUES (@id, @id, 1, 1, 0, 0, 0)",
                            ("id", person)
                        )
                        .ExecuteAsync(token);
                }

                foreach (var (id, person) in owners.Append(("x", "p")).Append(("y", "p")))
                {
                    await transaction
                        .Command(
                            """
                            INSERT INTO obligations (obligation_id, kind, partner_id, order_id, person_id, programme, state, revision, requested_fen, held_fen,
                                policy_version, decision_id, granted_us)
                            VALUES (@id, 1, 'bike', @id, @person, 'bike.deposit_free', 1, 1, 100, 100, 'v', 'd', 0)
                            """,
                            ("id", id),
                            ("person", person)
                        )
                        .ExecuteAsync(token);
                }

                return true;
            },
            CancellationToken.None
        );
    }

    // A transaction gets its number with its first lock of a row, which is that of the first of the others.
    private static Task WhenItHasLockedAnybodyAsync(Database database, long process) =>
        Eventually.HoldsAsync(
            async () =>
            {
                await using var connection = await database.OpenAsync(CancellationToken.None);
                return await connection
                        .Command("SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND pid = @pid", ("pid", (int)process))
                        .ScalarInt64Async(CancellationToken.None) > 0;
            },
            "the reader has locked somebody",
            TimeSpan.Zero
        );
}
