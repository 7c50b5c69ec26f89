using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace SesameGrpc.Gateway.Storage;

/// <summary>The authorization server's tables. The gateway's own tables are plain SQL in the same migrations.</summary>
internal abstract class ControlDbContext(DbContextOptions options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.UseOpenIddict();
}

internal sealed class SqliteControlDbContext(DbContextOptions<SqliteControlDbContext> options) : ControlDbContext(options);

internal sealed class PostgreSqlControlDbContext(DbContextOptions<PostgreSqlControlDbContext> options) : ControlDbContext(options);

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
