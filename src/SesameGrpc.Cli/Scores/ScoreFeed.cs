using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Scores;

/// <summary>Streams rows to the gateway in batches, from where an import of the same id had come.</summary>
internal sealed class ScoreFeed(ScoreFeedService.ScoreFeedServiceClient client)
{
    // The most that a message may hold: the more rows the gateway has at once, the fewer pages of its index each of them costs.
    private const int BatchRows = 10_000;

    public async Task<ScoreImport> GetAsync(string importId, CancellationToken cancellationToken) =>
        (
            await client.GetScoreImportAsync(new GetScoreImportRequest { ImportId = importId }, cancellationToken: cancellationToken)
        ).ScoreImport;

    /// <summary>Sends all rows and closes the import. A refused stream throws; sending again resumes after the last whole batch.</summary>
    /// <param name="importId">Names the import.</param>
    /// <param name="modelVersion">The model that computed the scores.</param>
    /// <param name="rows">Rows by rising line; read while they are sent.</param>
    /// <param name="progress">Told the last line of every batch sent.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public async Task<ImportScoresResponse> SendAsync(
        string importId,
        string modelVersion,
        IEnumerable<ScoreRow> rows,
        Action<long> progress,
        CancellationToken cancellationToken
    )
    {
        using var call = client.ImportScores(cancellationToken: cancellationToken);
        try
        {
            foreach (var batch in rows.Chunk(BatchRows))
            {
                var message = new ImportScoresRequest { ImportId = importId, ModelVersion = modelVersion };
                message.Rows.Add(batch);
                await call.RequestStream.WriteAsync(message, cancellationToken);
                progress(batch[^1].Line);
            }

            var last = new ImportScoresRequest
            {
                ImportId = importId,
                ModelVersion = modelVersion,
                Last = true,
            };
            await call.RequestStream.WriteAsync(last, cancellationToken);
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception broken)
            when (broken is InvalidOperationException or RpcException { StatusCode: StatusCode.Cancelled } || call.ResponseAsync.IsCompleted
            )
        {
            // The gateway has answered before the stream's end; its answer, which may be still on its way, says why.
            return await call.ResponseAsync;
        }

        return await call.ResponseAsync;
    }
}
