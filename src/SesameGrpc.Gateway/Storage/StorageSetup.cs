using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Failpoints;

namespace SesameGrpc.Gateway.Storage;

/// <summary>Registers the store and brings its schema up to date.</summary>
internal static class StorageSetup
{
    public static IServiceCollection AddStorage(this IServiceCollection services, GatewayOptions options)
    {
        services.AddSingleton<Database>().AddSingletonWorker<SqliteCheckpointer>();
        if (options.Storage.Provider == StorageProvider.Sqlite)
        {
            services.AddDbContext<ControlDbContext, SqliteControlDbContext>(
                (provider, builder) => Quietly(builder.UseSqlite(provider.GetRequiredService<Database>().ConnectionString).UseOpenIddict())
            );
        }
        else
        {
            services.AddDbContext<ControlDbContext, PostgreSqlControlDbContext>(
                (provider, builder) => Quietly(builder.UseNpgsql(provider.GetRequiredService<Database>().ConnectionString).UseOpenIddict())
            );
        }

        return services;
    }

    /// <summary>Applies the migrations that are missing; several instances may start at once.</summary>
    public static async Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<ControlDbContext>().Database;
        if ((await database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            await using var exclusive = database.IsSqlite() ? await LockSqliteAsync(database, cancellationToken) : null;
            Crash.At(Failpoint.MigrationBegun);
            await database.MigrateAsync(cancellationToken);
            Crash.At(Failpoint.MigrationDone);
        }

        if (database.IsSqlite())
        {
            await database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL;", cancellationToken);
        }
    }

    // The lock of EF Core is a row there, which a process that dies while it migrates leaves behind, and which every later start then waits for. The lock
    // of a file ends with its process; whoever has it may take the row away.
    private static async Task<FileStream?> LockSqliteAsync(DatabaseFacade database, CancellationToken cancellationToken)
    {
        var path = new SqliteConnectionStringBuilder(database.GetConnectionString()).DataSource;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var exclusive = new FileStream($"{path}.migration", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                await database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
                return exclusive;
            }
            catch (IOException) when (attempt < 300)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
            }
        }
    }

    // On an empty database the look for earlier migrations fails, which is no error.
    private static void Quietly(DbContextOptionsBuilder builder) =>
        builder.ConfigureWarnings(warnings => warnings.Log((RelationalEventId.CommandError, LogLevel.Debug)));
}
