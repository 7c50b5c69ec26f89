using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace SesameGrpc.Gateway.Storage;

/// <summary>The authorization server's tables. The gateway's own tables are plain SQL in the same migrations.</summary>
internal abstract class ControlDbContext(DbContextOptions options, Storage.Database? store) : DbContext(options)
{
    /// <summary>
    /// Waits in line with all other writers, so that SQLite has one at a time: else it would ask again and again for a lock that the others hand from one to the next. Inside of a
    /// transaction of ours it has its place already.
    /// </summary>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        if (store is null || Database.CurrentTransaction is not null)
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }

        await store.EnterWriterAsync(cancellationToken);
        try
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }
        finally
        {
            store.LeaveWriter();
        }
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.UseOpenIddict();
}

internal sealed class SqliteControlDbContext(DbContextOptions<SqliteControlDbContext> options, Storage.Database? store = null)
    : ControlDbContext(options, store);

internal sealed class PostgreSqlControlDbContext(DbContextOptions<PostgreSqlControlDbContext> options, Storage.Database? store = null)
    : ControlDbContext(options, store);

/// <summary>Lets dotnet-ef write migrations without starting the gateway.</summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteControlDbContext>
{
    public SqliteControlDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteControlDbContext>().UseSqlite().UseOpenIddict().Options);
}

/// <summary>Lets dotnet-ef write migrations without starting the gateway.</summary>
internal sealed class PostgreSqlDesignTimeFactory : IDesignTimeDbContextFactory<PostgreSqlControlDbContext>
{
    public PostgreSqlControlDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgreSqlControlDbContext>().UseNpgsql().UseOpenIddict().Options);
}
