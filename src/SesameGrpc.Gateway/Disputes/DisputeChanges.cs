using System.Data.Common;
using System.Globalization;
using Google.Protobuf;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Fulfilments;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Disputes;

/// <summary>
/// Opens and answers disputes, inside the transaction of whoever asks: the person's pages and the operator's service. What is objected to must be the person's own, and
/// something else of the same form is answered as if it were not there.
/// </summary>
internal sealed class DisputeChanges(PersonStore persons, AuditEntries entries, TimeProvider time)
{
    /// <summary>Opens a dispute; the person is the internal id. RESOURCE_NOT_FOUND where there is no such person or nothing of theirs to object to.</summary>
    public async Task<Dispute> OpenAsync(
        DbTransaction transaction,
        string person,
        DisputeTopic topic,
        string statement,
        CancellationToken cancellationToken
    )
    {
        var row = await persons.LockAsync(transaction, person, cancellationToken) ?? throw new RefusalException(Refuse.NotFound());
        if (!await IsTheirsAsync(transaction, row, topic, cancellationToken))
        {
            throw new RefusalException(Refuse.NotFound());
        }

        if (await DisputeStore.CountOpenAsync(transaction.Connection!, row.Id, cancellationToken) >= DisputeRules.MaxOpen)
        {
            throw new RefusalException(Refuse.TooManyDisputes(DisputeRules.MaxOpen));
        }

        var now = time.NowMicros();
        var dispute = new Dispute
        {
            Id = TimedId.New(now),
            Person = row.Id,
            ExternalPerson = row.ExternalId,
            Topic = topic,
            Statement = statement,
            OpenedMicros = now,
            DueMicros = now + DisputeRules.TimeToAnswer.ToMicros(),
        };
        await InsertAsync(transaction, dispute, cancellationToken);
        return dispute;
    }

    /// <summary>Answers a dispute, which ends it; STATE_CONFLICT where it has an answer.</summary>
    public async Task<Dispute> AnswerAsync(DbTransaction transaction, string disputeId, string answer, CancellationToken cancellationToken)
    {
        // Under the person's lock, so that an erasure under way is either before or behind it.
        var owner = await transaction
            .Command("SELECT person_id FROM disputes WHERE dispute_id = @id", ("id", disputeId))
            .ListAsync(row => row.GetString(0), cancellationToken);
        if (owner.Count == 0 || await persons.LockAsync(transaction, owner[0], cancellationToken) is null)
        {
            throw new RefusalException(Refuse.NotFound());
        }

        var answered = await transaction
            .Command(
                "UPDATE disputes SET answer = @answer, answered_us = @now WHERE dispute_id = @id AND answer IS NULL",
                ("id", disputeId),
                ("answer", answer),
                ("now", time.NowMicros())
            )
            .ExecuteAsync(cancellationToken);
        var found = await transaction
            .Command($"{DisputeStore.Select} WHERE d.dispute_id = @id", ("id", disputeId))
            .ListAsync(Dispute.Map, cancellationToken);
        var dispute = found.SingleOrDefault() ?? throw new RefusalException(Refuse.NotFound());
        return answered == 1 ? dispute : throw new RefusalException(Refuse.StateConflict("ANSWERED", "", 0));
    }

    /// <summary>Adds what the export has to tell of a dispute that was opened or answered, right behind its leaf, the transaction's last.</summary>
    public static void AppendBehindLeaf(StatementBatch last, Dispute dispute)
    {
        if (dispute.Topic.Kind == DisputeKind.Fulfilment)
        {
            var change = dispute.Answer is null ? FulfilmentChange.Disputed : FulfilmentChange.DisputeAnswered;
            var pending = new PendingChange(dispute.Topic.About, change, 0);
            FulfilmentJournal.Append(last, [pending], 1, dispute.AnsweredMicros ?? dispute.OpenedMicros);
        }
    }

    private async Task<bool> IsTheirsAsync(
        DbTransaction transaction,
        PersonRow person,
        DisputeTopic topic,
        CancellationToken cancellationToken
    )
    {
        switch (topic.Kind)
        {
            case DisputeKind.Obligation:
                return await IsFoundAsync("SELECT COUNT(*) FROM obligations WHERE obligation_id = @id AND person_id = @person");
            case DisputeKind.Fulfilment:
                return await IsFoundAsync("SELECT COUNT(*) FROM fulfilments WHERE fulfilment_id = @id AND person_id = @person");
            case DisputeKind.Refusal:
                var index = long.Parse(topic.About, CultureInfo.InvariantCulture);
                var leaf = await AuditStore.LeafAsync(transaction.Connection!, index, cancellationToken);
                return leaf?.Parse() is { } entry && IsOf(person, entry.SubjectHash) && DisputeRules.IsRefusal(entry);
            default:
                return true;
        }

        async Task<bool> IsFoundAsync(string sql) =>
            await transaction.Command(sql, ("id", topic.About), ("person", person.Id)).ScalarInt64Async(cancellationToken) == 1;
    }

    // A look at somebody who had no subject there yet is recorded under the id that was asked for.
    private bool IsOf(PersonRow person, ByteString subjectHash) =>
        subjectHash == entries.SubjectHashOf(person.Id) || subjectHash == entries.SubjectHashOf(person.ExternalId);

    private static Task<int> InsertAsync(DbTransaction transaction, Dispute dispute, CancellationToken cancellationToken) =>
        transaction
            .Command(
                """
                INSERT INTO disputes (dispute_id, person_id, about_kind, about, statement, opened_us, due_us)
                VALUES (@id, @person, @kind, @about, @statement, @opened, @due)
                """,
                ("id", dispute.Id),
                ("person", dispute.Person),
                ("kind", (int)dispute.Topic.Kind),
                ("about", dispute.Topic.About),
                ("statement", dispute.Statement),
                ("opened", dispute.OpenedMicros),
                ("due", dispute.DueMicros)
            )
            .ExecuteAsync(cancellationToken);
}
