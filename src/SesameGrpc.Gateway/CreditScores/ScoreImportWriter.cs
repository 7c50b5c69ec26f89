using System.Data.Common;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>
/// Takes in a message of the score feed: reads its persons, decides in memory, writes, all in one transaction with the position that is reached. What was decided on persons whom
/// somebody else has changed meanwhile is rolled back and decided again, with their rows locked.
/// </summary>
internal sealed class ScoreImportWriter(ScoreImportStore imports, ScoreRowStore persons, PersonChanges changes, Database database)
{
    private const int MaxAttempts = 5;

    public async Task<TakenMessage> TakeInAsync(
        Call call,
        ScoreImportMessage message,
        ScoreImport before,
        NewcomersGuess guess,
        CancellationToken cancellationToken
    )
    {
        var rows = message.After(before.Position);
        for (var (attempt, reading) = (1, guess.Reading); attempt <= MaxAttempts; attempt++, reading = ScoreRowReading.Locked)
        {
            try
            {
                var (taken, pending) = await database.WriteBatchedAsync(
                    (transaction, token) => WriteAsync(transaction, call, rows, before, reading, token),
                    cancellationToken
                );
                Crash.At(Failpoint.ScoresCommitted);
                await changes.AnnounceAsync(pending);
                guess.Learn(taken);
                return taken;
            }
            catch (PersonsHaveChangedException)
            {
                guess.WasWrong(reading);
            }
        }

        throw new RefusalException(Refuse.LostRace());
    }

    private async Task<((TakenMessage Taken, PendingChanges Pending) Result, StatementBatch Last)> WriteAsync(
        DbTransaction transaction,
        Call call,
        ScoreImportMessage message,
        ScoreImport before,
        ScoreRowReading reading,
        CancellationToken cancellationToken
    )
    {
        var batch = new ScoreImportBatch(await persons.ReadAsync(transaction, message.Sound, reading, cancellationToken));
        message.Sound.ForEach(batch.Apply);
        if (!await persons.WriteAsync(transaction, batch, message.Request.ModelVersion, cancellationToken))
        {
            throw new PersonsHaveChangedException();
        }

        Crash.At(Failpoint.ScoresApplied);
        var after = Advance(before, message, batch);
        if (!await imports.SaveAsync(transaction, after, before.Position, cancellationToken))
        {
            throw new RefusalException(Refuse.LostRace());
        }

        Crash.At(Failpoint.ScoresSaved);

        // The internal id of a newcomer is as new: no cache holds anything of it.
        var changed = batch.Changed.Select(person => (person.PersonId, person.Version));
        var pending = await changes.BeforeCommitAsync(transaction, changed, cancellationToken);
        var last = new StatementBatch(transaction);
        AuditLog.Append(last, [EntryOf(call, after)]);
        var rejected = message.Faults.Concat(batch.NotOptedIn).OrderBy(fault => fault.Line).ToList();
        return ((new TakenMessage(after, rejected, batch.HasNewcomersOnly), pending), last);
    }

    private static ScoreImport Advance(ScoreImport before, ScoreImportMessage message, ScoreImportBatch batch)
    {
        var after = before.Clone();
        after.AppliedRows += batch.Applied;
        after.UnchangedRows += batch.Unchanged;
        after.RejectedRows += message.Faults.Count + batch.NotOptedIn.Count;
        after.Position = Math.Max(before.Position, message.LastLine);
        after.Complete = message.Request.Last;
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

    /// <summary>What was decided is not true any more, and nothing of it may be committed.</summary>
    private sealed class PersonsHaveChangedException : Exception;
}

/// <summary>What a message has done, committed.</summary>
internal sealed record TakenMessage(ScoreImport After, IReadOnlyList<RejectedRow> Rejected, bool HadNewcomersOnly);

/// <summary>
/// Whether the next message of a stream is taken to be about newcomers only, as the one before was: then they need not be looked for, since the store refuses a second row of one
/// person. Who guesses wrong pays for the message twice, so that is done once in a stream.
/// </summary>
internal sealed class NewcomersGuess
{
    private bool wasWrong;
    private bool expectsNewcomers;

    public ScoreRowReading Reading => expectsNewcomers && !wasWrong ? ScoreRowReading.Unstored : ScoreRowReading.Plain;

    public void Learn(TakenMessage taken) => expectsNewcomers = taken.HadNewcomersOnly;

    public void WasWrong(ScoreRowReading reading) => wasWrong |= reading == ScoreRowReading.Unstored;
}
