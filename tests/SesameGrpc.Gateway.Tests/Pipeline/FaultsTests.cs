using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Listeners;
using SesameGrpc.Gateway.Pipeline;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Pipeline;

public sealed class FaultsTests
{
    [Theory]
    [InlineData("57P01", ErrorReason.StoreUnavailable)]
    [InlineData("53300", ErrorReason.StoreUnavailable)]
    [InlineData("08006", ErrorReason.StoreUnavailable)]
    [InlineData("58030", ErrorReason.StoreUnavailable)]
    [InlineData("25006", ErrorReason.StoreUnavailable)]
    [InlineData("42P01", ErrorReason.Internal)]
    public void RefusalOf_AnErrorOfPostgreSql_TellsAnOutageFromAFault(string state, ErrorReason reason)
    {
        var http = new DefaultHttpContext();
        http.Features.Set(new CallerConnection(Listener.Partner));

        Assert.Equal(
            reason,
            new Faults(NullLogger<Faults>.Instance)
                .RefusalOf(new PostgresException("text", "ERROR", "ERROR", state), new Call(http, Samples.AuditEntries, null))
                .Reason
        );
    }
}
