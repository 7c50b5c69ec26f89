using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>Takes in scores. Each message is one transaction with the position that it reaches, so an import is never half done and can be resumed.</summary>
internal sealed class ScoreFeedService(ScoreImportStore store, ScoreImportWriter writer, TimeProvider time)
    : Contracts.Operator.V1.ScoreFeedService.ScoreFeedServiceBase
{
    private const int MaxRows = 10_000;
    private const int MaxReported = 1000;

    public override async Task<ImportScoresResponse> ImportScores(
        IAsyncStreamReader<ImportScoresRequest> requestStream,
        ServerCallContext context
    )
    {
        var response = new ImportScoresResponse();
        var guess = new NewcomersGuess();
        for (var next = NextAsync(requestStream, context); await next is { } message; )
        {
            next = NextAsync(requestStream, context);
            response.ScoreImport ??= await BeginAsync(message.Request.ImportId, context.CancellationToken);
            Check(message.Request, response.ScoreImport);
            var taken = await writer.TakeInAsync(context.Call(), message, response.ScoreImport, guess, context.CancellationToken);
            response.ScoreImport = taken.After;
            response.Rejected.Add(taken.Rejected.Take(MaxReported - response.Rejected.Count));
        }

        return response.ScoreImport is null ? throw new RefusalException(Refuse.Field("import_id", "send at least one message")) : response;
    }

    public override async Task<GetScoreImportResponse> GetScoreImport(GetScoreImportRequest request, ServerCallContext context)
    {
        new FieldCheck().VisibleText("import_id", request.ImportId).Enforce();
        return new GetScoreImportResponse { ScoreImport = await store.FindAsync(request.ImportId, context.CancellationToken) };
    }

    private async Task<ScoreImport> BeginAsync(string importId, CancellationToken cancellationToken)
    {
        new FieldCheck().VisibleText("import_id", importId).Enforce();
        return await store.FindAsync(importId, cancellationToken);
    }

    // The next message is read and looked through while the store takes the last one in: one ahead, so that a sender is held back by the store.
    private Task<ScoreImportMessage?> NextAsync(IAsyncStreamReader<ImportScoresRequest> requestStream, ServerCallContext context) =>
        Task.Run(
            async () =>
                await requestStream.MoveNext(context.CancellationToken)
                    ? ScoreImportMessage.Of(requestStream.Current, time.NowMicros())
                    : null,
            context.CancellationToken
        );

    private static void Check(ImportScoresRequest message, ScoreImport underWay)
    {
        new FieldCheck()
            .Require(underWay.ImportId == message.ImportId, "import_id", "must be the same in every message")
            .Require(!underWay.Complete, "last", "the import is complete; start one with another import_id")
            .Require(
                message.ModelVersion.Length is > 0 and <= 32 && !message.ModelVersion.Any(char.IsControl),
                "model_version",
                "must be 1 to 32 characters, none of them a control character"
            )
            .Require(message.Rows.Count <= MaxRows, "rows", $"must be at most {MaxRows} in one message")
            .Require(message.Rows.Count == 0 || message.Rows.Min(row => row.Line) > 0, "rows.line", "must be above 0")
            .Require(Rise(message.Rows), "rows.line", "must rise")
            .Enforce();
    }

    private static bool Rise(Google.Protobuf.Collections.RepeatedField<ScoreRow> rows)
    {
        for (var index = 1; index < rows.Count; index++)
        {
            if (rows[index].Line <= rows[index - 1].Line)
            {
                return false;
            }
        }

        return true;
    }
}
