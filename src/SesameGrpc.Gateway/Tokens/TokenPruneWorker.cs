using System.Data.Common;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Tokens;

/// <summary>Deletes what the code flow leaves behind: pushed requests, codes, authorizations and revocations that no token can refer to any more.</summary>
internal sealed partial class TokenPruneWorker(Database database, TimeProvider time, ILogger<TokenPruneWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    // Longer than a pushed request, a code and an access token live after one another.
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(25);

    // OpenIddict's tables, but not its own pruning: that goes by the machine's clock, and would write beside SQLite's one writer.
    public Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var before = ("before", (object?)(now - Kept).UtcDateTime);
        return database.WriteAsync(
            async (transaction, token) =>
                await transaction.Command("DELETE FROM \"OpenIddictTokens\" WHERE \"CreationDate\" < @before", before).ExecuteAsync(token)
                + await transaction
                    .Command("DELETE FROM \"OpenIddictAuthorizations\" WHERE \"CreationDate\" < @before", before)
                    .ExecuteAsync(token)
                + await transaction
                    .Command("DELETE FROM revoked_tokens WHERE expire_us <= @now", ("now", now.ToMicros()))
                    .ExecuteAsync(token),
            cancellationToken
        );
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PruneAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is DbException or TimeoutException or RefusalException)
            {
                LogFailed(exception.Message);
            }
        }
    }

    [LoggerMessage(1701, LogLevel.Warning, "Expired codes and pushed requests could not be deleted; they are tried again: {Cause}")]
    private partial void LogFailed(string cause);
}
