using System.Data.Common;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>A badge and what it rests on, at one moment.</summary>
/// <param name="Badge">The badge.</param>
/// <param name="Consent">The consent that it was issued under, as it stands.</param>
/// <param name="Person">The person; null: not opted in any more.</param>
/// <param name="AsOf">How many withdrawals had been committed, by anybody, at the moment of the reading.</param>
internal sealed record BadgeReading(Badge Badge, Consent Consent, PersonSnapshot? Person, long AsOf);

/// <summary>How far proofs and withdrawals have been counted.</summary>
internal readonly record struct ProofCount(long Made, long Withdrawals);

/// <summary>Badges in the store of record. All changes go through <see cref="BadgeChanges"/>.</summary>
internal sealed class BadgeStore(Database database, TimeProvider time)
{
    private const string Select = $"""
        SELECT {Badge.Columns}, {Consent.Columns}, (SELECT withdrawals FROM audit_log WHERE id = 1),
            p.version, p.opted_in, p.opted_in_us, p.court_listed, p.score, p.as_of_us
        FROM credit_badges b JOIN consents c ON c.consent_id = b.consent_id JOIN persons p ON p.person_id = b.person_id
        """;

    private const int ConsentAt = Badge.ColumnCount;
    private const int WithdrawalsAt = ConsentAt + Consent.ColumnCount;
    private const int PersonAt = WithdrawalsAt + 1;

    public async Task<BadgeReading?> FindAsync(string badgeId, CancellationToken cancellationToken)
    {
        var found = await ListAsync($"{Select} WHERE b.badge_id = @id", cancellationToken, ("id", badgeId));
        return found.SingleOrDefault();
    }

    /// <summary>A badge of the partner, for a change: under the lock of its person.</summary>
    public static async Task<BadgeReading?> LockAsync(
        DbTransaction transaction,
        PersonStore persons,
        string partner,
        string badgeId,
        CancellationToken cancellationToken
    )
    {
        var owner = await transaction
            .Command(
                "SELECT person_id FROM credit_badges WHERE badge_id = @id AND partner_id = @partner",
                ("id", badgeId),
                ("partner", partner)
            )
            .ListAsync(row => row.GetString(0), cancellationToken);
        if (owner.Count == 0 || await persons.LockAsync(transaction, owner[0], cancellationToken) is not { } person)
        {
            return null;
        }

        var found = await transaction
            .Command($"{Select} WHERE b.badge_id = @id", ("id", badgeId))
            .ListAsync(row => Map(row, person.Person.ReadMicros), cancellationToken);
        return found.SingleOrDefault();
    }

    /// <summary>A partner's badges below an id, newest first; with a subject, only that person's.</summary>
    public Task<List<BadgeReading>> ListOfPartnerAsync(
        string partner,
        string subject,
        string belowId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        ListAsync(
            $"""
            {Select} WHERE b.partner_id = @partner AND b.badge_id < @below AND (@subject = '' OR b.subject = @subject)
            ORDER BY b.badge_id DESC LIMIT @limit
            """,
            cancellationToken,
            ("partner", partner),
            ("subject", subject),
            ("below", TimedId.Below(belowId)),
            ("limit", limit)
        );

    /// <summary>A person's badges below an id, newest first.</summary>
    public Task<List<BadgeReading>> ListOfPersonAsync(string person, string belowId, int limit, CancellationToken cancellationToken) =>
        ListAsync(
            $"{Select} WHERE b.person_id = @person AND b.badge_id < @below ORDER BY b.badge_id DESC LIMIT @limit",
            cancellationToken,
            ("person", person),
            ("below", TimedId.Below(belowId)),
            ("limit", limit)
        );

    /// <summary>The badges whose last proofs have numbers in a range, and that are neither revoked nor expired.</summary>
    public Task<List<BadgeReading>> ListOfProofsAsync(long from, long count, long nowMicros, CancellationToken cancellationToken) =>
        ListAsync(
            $"{Select} WHERE b.proof_number >= @from AND b.proof_number < @to AND b.ended_us IS NULL AND b.expire_us > @now",
            cancellationToken,
            ("from", from),
            ("to", from + count),
            ("now", nowMicros)
        );

    public async Task<ProofCount> CountAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var rows = await connection
            .Command("SELECT p.made, a.withdrawals FROM badge_proofs p, audit_log a WHERE p.id = 1 AND a.id = 1")
            .ListAsync(row => new ProofCount(row.GetInt64(0), row.GetInt64(1)), cancellationToken);
        return rows.Single();
    }

    /// <summary>Deletes badges that were revoked, or have expired, before then.</summary>
    public Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (transaction, token) =>
                transaction
                    .Command(
                        "DELETE FROM credit_badges WHERE expire_us < @before AND (ended_us IS NULL OR ended_us < @before)",
                        ("before", before.ToMicros())
                    )
                    .ExecuteAsync(token),
            cancellationToken
        );

    private async Task<List<BadgeReading>> ListAsync(
        string sql,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters
    )
    {
        var readMicros = time.NowMicros();
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.Command(sql, parameters).ListAsync(row => Map(row, readMicros), cancellationToken);
    }

    private static BadgeReading Map(DbDataReader row, long readMicros) =>
        new(
            Badge.Map(row, 0),
            Consent.Map(row, ConsentAt),
            row.GetInt32(PersonAt + 1) == 1 ? MapPerson(row, readMicros) : null,
            row.GetInt64(WithdrawalsAt)
        );

    private static PersonSnapshot MapPerson(DbDataReader row, long readMicros) =>
        new()
        {
            Version = row.GetInt64(PersonAt),
            CourtListed = row.GetInt32(PersonAt + 3) == 1,
            FedScore = row.NullableInt32(PersonAt + 4),
            AsOfMicros = row.NullableInt64(PersonAt + 5) ?? row.GetInt64(PersonAt + 2),
            ReadMicros = readMicros,
        };
}
