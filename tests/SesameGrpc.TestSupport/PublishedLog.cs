using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.TestSupport;

/// <summary>Signed checkpoints of a gateway's audit log, when a test wants them.</summary>
public static class PublishedLog
{
    /// <summary>Signs until a checkpoint covers every leaf there is now, and returns the newest. A turn that the gateway's own worker had first is taken again.</summary>
    public static async Task<Checkpoint> PublishAsync(this GatewayUnderTest gateway)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        var size = await AuditStore.SizeAsync(connection, CancellationToken.None);
        while (await AuditStore.PublishedSizeAsync(connection, CancellationToken.None) < size)
        {
            await gateway.Service<AuditPublisher>().PublishAsync(CancellationToken.None);
        }

        return await gateway.NewestAsync();
    }

    /// <summary>The newest checkpoint, its signature verified.</summary>
    public static async Task<Checkpoint> NewestAsync(this GatewayUnderTest gateway)
    {
        var newest = await gateway.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest());
        return Checkpoint.Open(newest.Note, VerifierKey.Parse(newest.VerifierKey));
    }
}
