using System.Data.Common;
using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Fulfilments;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.Erasure;

/// <summary>A person who is erased once the transaction commits: when, what became of the consents, which reports are gone, and what the caches have to hear.</summary>
internal sealed record Erased(string Person, long Micros, ConsentOutcome Withdrawn, IReadOnlyList<string> Reports, PendingChanges Pending)
{
    /// <summary>The leaves, each begun by the caller for the person: one for each consent, one for each report, one for the person.</summary>
    public List<AuditEntry> EntriesOf(Func<string, AuditEntry> newEntry)
    {
        var leaves = Withdrawn.EntriesOf(newEntry);
        leaves.AddRange(Reports.Select(report => FulfilmentJournal.Describe(newEntry(Person), report, 0)));
        var own = newEntry(Person);
        own.Outcome = AuditOutcome.Changed;
        leaves.Add(own);
        return leaves;
    }

    /// <summary>Adds what partners and other bureaus hear, right behind the leaves.</summary>
    public void AppendBehindLeaves(StatementBatch last, int leaves)
    {
        Withdrawn.AppendBehindLeaves(last, leaves);
        var first = leaves - 1 - Reports.Count;
        FulfilmentJournal.Append(
            last,
            Reports.Select((report, index) => new PendingChange(report, FulfilmentChange.Erased, first + index)),
            leaves,
            Micros
        );
    }
}

/// <summary>
/// Erases persons: deletes everything that leads from the operator's id, or a partner's subject, to the internal id, inside the transaction of whoever asks. Invariant: what is left, obligations that have ended,
/// their journal, events and leaves of the audit log, knows the person by that random id, or by a hash of it, alone; so the ledger's sums and the log's proofs hold, and lead to nobody.
/// </summary>
internal sealed class PersonErasure(
    PersonStore persons,
    ConsentChanges consents,
    PersonChanges changes,
    WithdrawalFence fence,
    TimeProvider time
)
{
    // A collection with something to do may have money to give back.
    private const string Open = """
        SELECT COUNT(*) FROM obligations o LEFT JOIN collections c ON c.obligation_id = o.obligation_id
        WHERE o.person_id = @person AND (o.state IN (1, 4, 6) OR c.next_us IS NOT NULL)
        """;

    // The authorization server knows the person by the internal id, and towards a partner by the subject. Subjects go last but one, because they are looked up.
    private static readonly string[] Deletions =
    [
        """DELETE FROM "OpenIddictTokens" WHERE "Subject" = @person OR "Subject" IN (SELECT subject FROM subjects WHERE person_id = @person)""",
        """
            DELETE FROM "OpenIddictTokens" WHERE "AuthorizationId" IN (
                SELECT "Id" FROM "OpenIddictAuthorizations"
                WHERE "Subject" = @person OR "Subject" IN (SELECT subject FROM subjects WHERE person_id = @person))
            """,
        """
            DELETE FROM "OpenIddictAuthorizations" WHERE "Subject" = @person OR "Subject" IN (SELECT subject FROM subjects WHERE person_id = @person)
            """,
        "DELETE FROM credit_badges WHERE person_id = @person",
        "DELETE FROM disputes WHERE person_id = @person",
        "DELETE FROM requests WHERE person_id = @person",
        "DELETE FROM consents WHERE person_id = @person",
        "UPDATE obligations SET subject = '' WHERE person_id = @person",
        "DELETE FROM subjects WHERE person_id = @person",
        "DELETE FROM persons WHERE person_id = @person",
        "DELETE FROM person_versions WHERE person_id = @person",
    ];

    /// <summary>Erases; the person is the internal id. RESOURCE_NOT_FOUND where there is no such person, OBLIGATIONS_OPEN while the person owes or has open something.</summary>
    public async Task<Erased> EraseAsync(DbTransaction transaction, string person, CancellationToken cancellationToken)
    {
        var row = await persons.LockAsync(transaction, person, cancellationToken) ?? throw new RefusalException(Refuse.NotFound());
        var open = await transaction.Command(Open, ("person", row.Id)).ScalarInt64Async(cancellationToken);
        if (open > 0)
        {
            throw new RefusalException(Refuse.ObligationsOpen(open.Value));
        }

        // To the partners it is a withdrawal like any other.
        var withdrawn = await consents.WithdrawAllAsync(transaction, row.Id, cancellationToken);
        var pending = await changes.BeforeCommitAsync(transaction, [(row.Id, row.Person.Version + 1)], cancellationToken);
        var reports = await FulfilmentJournal.DeleteOfAsync(transaction, row.Id, cancellationToken);
        foreach (var deletion in Deletions)
        {
            await transaction.Command(deletion, ("person", row.Id)).ExecuteAsync(cancellationToken);
        }

        withdrawn.ForgetPerson();
        await UntellEventsAsync(transaction, row.Id, cancellationToken);
        return new Erased(row.Id, time.NowMicros(), withdrawn, reports, pending);
    }

    // Events stay, since partners go on with what they were told of their own objects; whom they were about does not.
    private static async Task UntellEventsAsync(DbTransaction transaction, string person, CancellationToken cancellationToken)
    {
        var events = await transaction
            .Command("SELECT position, document FROM events WHERE person_id = @person", ("person", person))
            .ListAsync(row => (Position: row.GetInt64(0), Event: Event.Parser.ParseFrom(row.GetFieldValue<byte[]>(1))), cancellationToken);
        foreach (var (position, told) in events)
        {
            told.Subject = "";
            await transaction
                .Command(
                    "UPDATE events SET document = @document WHERE position = @position",
                    ("document", told.ToByteArray()),
                    ("position", position)
                )
                .ExecuteAsync(cancellationToken);
        }
    }

    /// <summary>The step between the commit and its answer: no instance answers from what it remembers. Null: the person was erased by an earlier request.</summary>
    public async Task SettleAsync(Erased? erased, CancellationToken cancellationToken)
    {
        if (erased is not null)
        {
            await changes.AnnounceAsync(erased.Pending);
        }

        await fence.SettleAsync(cancellationToken);
    }
}
