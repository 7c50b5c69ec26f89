using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Soak.Kill;

/// <summary>Imports of scores: each is one batch, and has a version of its own for its persons.</summary>
internal sealed class ScoreImports
{
    private readonly List<ImportedScores> all = [];

    public IReadOnlyList<ImportedScores> All => all;

    public ImportedScores Add(IReadOnlyList<string> persons)
    {
        var import = new ImportedScores($"import-{all.Count + 1}", all.Count + 1, persons);
        all.Add(import);
        return import;
    }

    /// <summary>Takes an import to its end; false when the gateway does not answer.</summary>
    public async Task<bool> SendAsync(ImportedScores import, Callers callers, CallJournal journal)
    {
        try
        {
            var known = await callers.ScoreFeed.GetScoreImportAsync(new GetScoreImportRequest { ImportId = import.Id });
            if (!known.ScoreImport.Complete)
            {
                using var call = callers.ScoreFeed.ImportScores();
                await call.RequestStream.WriteAsync(RequestOf(import));
                await call.RequestStream.CompleteAsync();
                var answer = await call;
                if (!answer.ScoreImport.Complete || answer.Rejected.Count > 0)
                {
                    journal.Break($"{import.Id} was not taken whole: {answer}");
                }
            }

            import.IsAcknowledged = true;
            return true;
        }
        catch (RpcException exception)
        {
            if (Outcomes.IsFault(exception) || Outcomes.IsRefusal(exception, out _))
            {
                journal.Break($"{import.Id}: {exception.Status}");
            }

            return false;
        }
    }

    private static ImportScoresRequest RequestOf(ImportedScores import)
    {
        var request = new ImportScoresRequest
        {
            ImportId = import.Id,
            ModelVersion = "kill",
            Last = true,
        };
        foreach (var person in import.Persons)
        {
            request.Rows.Add(
                new ScoreRow
                {
                    Line = request.Rows.Count + 1,
                    Person = person,
                    Version = import.Version,
                    Score = 700 + (import.Version % 50),
                    AsOfUnixMicros = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000,
                    OptedInUnixMicros = 1,
                }
            );
        }

        return request;
    }
}

/// <summary>One import; once it is acknowledged, none of its persons has an older score.</summary>
internal sealed class ImportedScores(string id, int version, IReadOnlyList<string> persons)
{
    public string Id { get; } = id;

    public int Version { get; } = version;

    public IReadOnlyList<string> Persons { get; } = persons;

    public bool IsAcknowledged { get; set; }
}
