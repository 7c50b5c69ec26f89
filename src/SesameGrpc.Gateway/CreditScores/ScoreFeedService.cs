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
internal sealed class ScoreFeedService(ScoreImportStore store, PersonChanges changes, Database database, TimeProvider time)
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
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var message = requestStream.Current;
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

    private static void Check(ImportScoresRequest message, ScoreImport underWay)
    {
        var lines = message.Rows.Select(row => row.Line);
        new FieldCheck()
            .Require(underWay.ImportId == message.ImportId, "import_id", "must be the same in every message")
            .Require(!underWay.Complete, "last", "the import is complete; start one with another import_id")
            .Require(
                message.ModelVersion.Length is > 0 and <= 32 && !message.ModelVersion.Any(char.IsControl),
                "model_version",
                "must be 1 to 32 characters, none of them a control character"
            )
            .Require(message.Rows.Count <= MaxRows, "rows", $"must be at most {MaxRows} in one message")
            .Require(lines.All(line => line > 0), "rows.line", "must be above 0")
            .Require(lines.Zip(lines.Skip(1)).All(pair => pair.First < pair.Second), "rows.line", "must rise")
            .Enforce();
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
        var rows = message.Rows.Where(row => row.Line > before.Position).ToList();
        var faults = rows.Select(row => ScoreRowRules.FaultOf(row, now)).OfType<RejectedRow>().ToList();
        var faulty = faults.Select(fault => fault.Line).ToHashSet();
        var sound = rows.Where(row => !faulty.Contains(row.Line)).ToList();

        var (after, notOptedIn, pending) = await database.WriteBatchedAsync(
            async (transaction, token) =>
            {
                var applied = await ApplyAsync(transaction, message, before, rows, sound, faults.Count, token);
                var last = new StatementBatch(transaction);
                AuditLog.Append(last, [EntryOf(call, applied.After)]);
                return (applied, last);
            },
            cancellationToken
        );
        Crash.At(Failpoint.ScoresCommitted);
        await changes.AnnounceAsync(pending);
        response.Rejected.Add(faults.Concat(notOptedIn).OrderBy(fault => fault.Line).Take(MaxReported - response.Rejected.Count));
        return after;
    }

    private static AuditEntry EntryOf(Call call, ScoreImport after)
    {
        var entry = call.NewAuditEntry();
        entry.ResourceKind = "score_import";
        entry.ResourceId = after.ImportId;
        entry.ResourceRevision = after.Position;
        return entry;
    }

    private async Task<(ScoreImport After, List<RejectedRow> NotOptedIn, PendingChanges Pending)> ApplyAsync(
        System.Data.Common.DbTransaction transaction,
        ImportScoresRequest message,
        ScoreImport before,
        List<ScoreRow> rows,
        List<ScoreRow> sound,
        int faults,
        CancellationToken cancellationToken
    )
    {
        var after = before.Clone();
        var notOptedIn = new List<RejectedRow>();
        var versions = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var round in RoundsOfDistinctPersons(sound))
        {
            var outcome = await store.ApplyAsync(transaction, round, message.ModelVersion, cancellationToken);
            notOptedIn.AddRange(round.Where(row => outcome.Refused.Contains(row.Person)).Select(row => ScoreRowRules.NotOptedIn(row.Line)));
            after.AppliedRows += outcome.Versions.Count;
            after.UnchangedRows += round.Count - outcome.Versions.Count - outcome.Refused.Count;
            foreach (var (person, version) in outcome.Versions)
            {
                versions[person] = version;
            }
        }

        Crash.At(Failpoint.ScoresApplied);
        after.RejectedRows += faults + notOptedIn.Count;
        after.Position = rows.Count > 0 ? rows[^1].Line : before.Position;
        after.Complete = message.Last;
        if (!await store.SaveAsync(transaction, after, before.Position, cancellationToken))
        {
            throw new RefusalException(Refuse.LostRace());
        }

        Crash.At(Failpoint.ScoresSaved);
        var pending = await changes.BeforeCommitAsync(transaction, versions.Select(pair => (pair.Key, pair.Value)), cancellationToken);
        return (after, notOptedIn, pending);
    }

    // A person who stands in a batch twice goes into a later round: one statement may not change a row twice.
    private static IEnumerable<List<ScoreRow>> RoundsOfDistinctPersons(List<ScoreRow> rows)
    {
        for (var rest = rows; rest.Count > 0; )
        {
            var seen = new HashSet<string>(rest.Count, StringComparer.Ordinal);
            var later = new List<ScoreRow>();
            var round = new List<ScoreRow>(rest.Count);
            foreach (var row in rest)
            {
                (seen.Add(row.Person) ? round : later).Add(row);
            }

            yield return round;
            rest = later;
        }
    }
}
