using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using SesameGrpc.Gateway.Storage;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Storage;

public sealed class StoreFaultsTests
{
    [Fact]
    public async Task IsOutage_QueryOfEntityFrameworkWithoutServer_True()
    {
        await using var context = ContextWithoutServer();

        var fault = await Record.ExceptionAsync(() => context.Database.SqlQueryRaw<int>("SELECT 1").ToListAsync());

        Assert.IsType<InvalidOperationException>(fault);
        Assert.True(StoreFaults.IsOutage(fault));
    }

    [Fact]
    public async Task IsOutage_ConnectionWithoutServer_True()
    {
        await using var context = ContextWithoutServer();

        var fault = await Record.ExceptionAsync(() => context.Database.GetDbConnection().OpenAsync());

        Assert.IsType<NpgsqlException>(fault);
        Assert.True(StoreFaults.IsOutage(fault));
    }

    [Fact]
    public void IsOutage_ChangeThatMetALockedFile_True() =>
        Assert.True(StoreFaults.IsOutage(new DbUpdateException("Changes were not saved.", new SqliteException("database is locked", 5))));

    [Fact]
    public void IsOutage_FaultOfOurOwn_False()
    {
        Assert.False(StoreFaults.IsOutage(new InvalidOperationException("The call did not come through the pipeline.")));
        Assert.False(StoreFaults.IsOutage(new InvalidOperationException("Wrapped.", new FormatException())));
        Assert.False(StoreFaults.IsOutage(new DbUpdateException("Changes were not saved.", new SqliteException("constraint", 19))));
    }

    private static PostgreSqlControlDbContext ContextWithoutServer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return new(
            new DbContextOptionsBuilder<PostgreSqlControlDbContext>().UseNpgsql($"Host=127.0.0.1;Port={port};Database=none").Options
        );
    }
}
