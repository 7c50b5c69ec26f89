using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Ledger;

/// <summary>Makes some transactions of the store slow in their middle, under the locks that they hold, so that races are wide.</summary>
internal static class LedgerTriggers
{
    public static Task AddAsync(GatewayUnderTest gateway)
    {
        var database = gateway.Service<Database>();
        return database.WriteAsync(
            async (transaction, token) =>
            {
                foreach (var sql in database.Provider == StorageProvider.PostgreSql ? PostgreSql : Sqlite)
                {
                    await transaction.Command(sql).ExecuteAsync(token);
                }

                return 0;
            },
            CancellationToken.None
        );
    }

    private static readonly string[] PostgreSql =
    [
        "CREATE FUNCTION ledger_pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.005); RETURN NEW; END $$",
        "CREATE TRIGGER ledger_pause BEFORE INSERT ON ledger_entries FOR EACH ROW WHEN (random() < 0.02) EXECUTE FUNCTION ledger_pause()",
    ];

    // Nothing sleeps in SQLite: a product of small tables takes a few milliseconds.
    private static readonly string[] Sqlite =
    [
        """
            CREATE TRIGGER ledger_pause BEFORE INSERT ON ledger_entries WHEN abs(random()) % 50 = 0
            BEGIN SELECT count(*) FROM sqlite_schema a, sqlite_schema b, sqlite_schema c; END
            """,
    ];
}
