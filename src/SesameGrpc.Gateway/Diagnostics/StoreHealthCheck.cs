using Microsoft.Extensions.Diagnostics.HealthChecks;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Diagnostics;

/// <summary>Ready means: the store of record answers. Redis is not asked, because the gateway serves without it.</summary>
internal sealed class StoreHealthCheck(Database database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken);
            await connection.Command("SELECT 1 FROM control_state").ScalarInt64Async(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is System.Data.Common.DbException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("The store of record does not answer.", exception);
        }
    }
}
