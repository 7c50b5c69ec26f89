using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>Takes in scores. Each message is one transaction with the position that it reaches, so an import is never half done and can be resumed.</summary>
internal sealed class ScoreFeedService(
    ScoreImportStore store,
    ScoreRowStore persons,
    PersonChanges changes,
    Database database,
    TimeProvider time
) : Contracts.Operator.V1.ScoreFeedService.ScoreFeedServiceBase
{
    private const int MaxRows = 10_000;
    private const int MaxReported = 1000;
    private const int MaxAttempts = 5;

    public override async Task<ImportScoresResponse> ImportScores(
        IAsyncStreamReader<ImportScoresRequest> requestStream,
        ServerCallContext context
    )
    {
        var response = new ImportScoresResponse();
        for (var next = NextAsync(requestStream, context); await next is { } message; )
        {
            next = NextAsync(requestStream, context);
            response.ScoreImport ??= await BeginAsync(message.ImportId, context.CancellationToken);
            Check(message, response.ScoreImport);
            response.ScoreImport = await TakeInAsync(context.Call(), message, response, context.CancellationToken);
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

    // The next message is read while the store takes the last one in: one ahead, so that a sender is held back by the store.
    private static Task<ImportScoresRequest?> NextAsync(IAsyncStreamReader<ImportScoresRequest> requestStream, ServerCallContext context) =>
        Task.Run(
            async () => await requestStream.MoveNext(context.CancellationToken) ? requestStream.Current : null,
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

    private async Task<ScoreImport> TakeInAsync(
        Call call,
        ImportScoresRequest message,
        ImportScoresResponse response,
        CancellationToken cancellationToken
    )
    {
        var before = response.ScoreImport;
        var now = time.NowMicros();
        var sound = new List<ScoreRow>(message.Rows.Count);
        var faults = new List<RejectedRow>();
        foreach (var row in message.Rows.Where(row => row.Line > before.Position))
        {
            if (ScoreRowRules.FaultOf(row, now) is { } fault)
            {
                faults.Add(fault);
            }
            else
            {
                sound.Add(row);
            }
        }

        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            if (await TryAsync(call, message, before, sound, faults, locked: attempt > 1, cancellationToken) is not { } taken)
            {
                continue;
            }

            Crash.At(Failpoint.ScoresCommitted);
            await changes.AnnounceAsync(taken.Pending);
            response.Rejected.Add(taken.Rejected.Take(MaxReported - response.Rejected.Count));
            return taken.After;
        }

        throw new RefusalException(Refuse.LostRace());
    }

    private static AuditEntry EntryOf(Call call, ScoreImport after)
    {
        var entry = call.NewAuditEntry();
        entry.ResourceKind = "score_import";
        entry.ResourceId = after.ImportId;
        entry.ResourceRevision = after.Position;
        return entry;
    }

    // Null when one of the persons was changed by somebody else since they were read.
    private async Task<TakenMessage?> TryAsync(
        Call call,
        ImportScoresRequest message,
        ScoreImport before,
        List<ScoreRow> sound,
        List<RejectedRow> faults,
        bool locked,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await database.WriteBatchedAsync(
                async (transaction, token) =>
                {
                    var batch = new ScoreImportBatch(await persons.ReadAsync(transaction, sound, locked, token));
                    sound.ForEach(batch.Apply);
                    if (!await persons.WriteAsync(transaction, batch, message.ModelVersion, token))
                    {
                        throw new PersonsHaveChangedException();
                    }
                    Crash.At(Failpoint.ScoresApplied);
                    var after = before.Clone();
                    after.AppliedRows += batch.Applied;
                    after.UnchangedRows += batch.Unchanged;
                    after.RejectedRows += faults.Count + batch.NotOptedIn.Count;
                    after.Position = message.Rows.Count > 0 ? Math.Max(before.Position, message.Rows[^1].Line) : before.Position;
                    after.Complete = message.Last;
                    if (!await store.SaveAsync(transaction, after, before.Position, token))
                    {
                        throw new RefusalException(Refuse.LostRace());
                    }

                    Crash.At(Failpoint.ScoresSaved);
                    // Of a newcomer's internal id, which is new itself, no cache can hold anything.
                    var pending = await changes.BeforeCommitAsync(
                        transaction,
                        batch.Changed.Select(person => (person.PersonId, person.Version)),
                        token
                    );
                    var last = new StatementBatch(transaction);
                    AuditLog.Append(last, [EntryOf(call, after)]);
                    return (new TakenMessage(after, faults.Concat(batch.NotOptedIn).OrderBy(fault => fault.Line), pending), last);
                },
                cancellationToken
            );
        }
        catch (PersonsHaveChangedException)
        {
            return null;
        }
    }
}

/// <summary>What a message has done, committed.</summary>
internal sealed record TakenMessage(ScoreImport After, IEnumerable<RejectedRow> Rejected, PendingChanges Pending);

internal sealed class PersonsHaveChangedException : Exception;
