using System.Data.Common;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Consents;

/// <summary>What the store says of a subject.</summary>
/// <param name="Person">The internal id of the person whom the partner knows by the subject; null: it knows nobody by it.</param>
/// <param name="Consent">The person's consent to this partner that is active, whether or not its time has passed; null: there is none.</param>
/// <param name="AsOf">How many withdrawals had been committed, by anybody, at the moment of the reading.</param>
internal record ConsentReading(string? Person, Consent? Consent, long AsOf);

/// <summary>Consents in the store of record. All changes go through <see cref="ConsentChanges"/>.</summary>
internal sealed class ConsentStore(Database database)
{
    private const string Withdrawals = "(SELECT withdrawals FROM audit_log WHERE id = 1)";

    private const string Find = $"""
        SELECT s.person_id, {Withdrawals}, {Consent.Columns}
        FROM subjects s LEFT JOIN consents c ON c.partner_id = s.partner_id AND c.person_id = s.person_id AND c.ended_us IS NULL AND c.state = 1
        WHERE s.partner_id = @partner AND s.subject = @subject
        """;

    /// <summary>Finds the live consent of @person with @partner, for <see cref="Consent.Map(DbDataReader)"/>.</summary>
    public const string FindLive =
        $"SELECT {Consent.Columns} FROM consents c WHERE c.partner_id = @partner AND c.person_id = @person AND c.ended_us IS NULL";

    /// <summary>Reads whom a partner knows by a subject, and what that person has agreed to, at one moment.</summary>
    public async Task<ConsentReading> FindAsync(string partner, string subject, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var found = await connection
            .Command(Find, ("partner", partner), ("subject", subject))
            .ListAsync(
                row => new ConsentReading(row.GetString(0), row.IsDBNull(2) ? null : Consent.Map(row, 2), row.GetInt64(1)),
                cancellationToken
            );
        return found.SingleOrDefault() ?? new ConsentReading(null, null, 0);
    }

    /// <summary>Reads a consent by its id, as of that moment.</summary>
    public async Task<ConsentReading> FindAsync(string consentId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var found = await connection
            .Command($"SELECT {Withdrawals}, {Consent.Columns} FROM consents c WHERE c.consent_id = @id", ("id", consentId))
            .ListAsync(MapReading, cancellationToken);
        return found.SingleOrDefault() ?? new ConsentReading(null, null, 0);
    }

    /// <summary>All consents of a person below an id, ended ones too, newest first: ids begin with the time of the grant.</summary>
    public async Task<List<Consent>> ListOfPersonAsync(string person, string belowId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                $"""
                SELECT {Consent.Columns} FROM consents c WHERE c.person_id = @person AND c.consent_id < @below
                ORDER BY c.consent_id DESC LIMIT @limit
                """,
                ("person", person),
                ("below", TimedId.Below(belowId)),
                ("limit", limit)
            )
            .ListAsync(Consent.Map, cancellationToken);
    }

    /// <summary>The live consents of a person, with all partners.</summary>
    public async Task<List<Consent>> ListLiveAsync(string person, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                $"SELECT {Consent.Columns} FROM consents c WHERE c.person_id = @person AND c.ended_us IS NULL ORDER BY c.consent_id",
                ("person", person)
            )
            .ListAsync(Consent.Map, cancellationToken);
    }

    /// <summary>A partner's consents below an id that are in force, newest first.</summary>
    public async Task<List<ConsentReading>> ListOfPartnerAsync(
        string partner,
        string belowId,
        long nowMicros,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                $"""
                SELECT {Withdrawals}, {Consent.Columns} FROM consents c
                WHERE c.partner_id = @partner AND c.consent_id < @below AND c.state = 1 AND c.expire_us > @now
                ORDER BY c.consent_id DESC LIMIT @limit
                """,
                ("partner", partner),
                ("below", TimedId.Below(belowId)),
                ("now", nowMicros),
                ("limit", limit)
            )
            .ListAsync(MapReading, cancellationToken);
    }

    private static ConsentReading MapReading(DbDataReader row)
    {
        var consent = Consent.Map(row, 1);
        return new ConsentReading(consent.Person, consent, row.GetInt64(0));
    }

    /// <summary>The live consents of a person, with one partner or with all.</summary>
    public static Task<List<Consent>> ListLiveAsync(
        DbTransaction transaction,
        string person,
        string? partner,
        CancellationToken cancellationToken
    ) =>
        transaction
            .Command(
                $"""
                SELECT {Consent.Columns} FROM consents c
                WHERE c.person_id = @person AND c.ended_us IS NULL AND (@partner = '' OR c.partner_id = @partner) ORDER BY c.consent_id
                """,
                ("person", person),
                ("partner", partner ?? "")
            )
            .ListAsync(Consent.Map, cancellationToken);

    /// <summary>All consents that a person has ever given to a partner, ended ones too.</summary>
    public static Task<List<Consent>> ListAllAsync(
        DbTransaction transaction,
        string person,
        string partner,
        CancellationToken cancellationToken
    ) =>
        transaction
            .Command(
                $"SELECT {Consent.Columns} FROM consents c WHERE c.person_id = @person AND c.partner_id = @partner",
                ("person", person),
                ("partner", partner)
            )
            .ListAsync(Consent.Map, cancellationToken);

    public static Task InsertAsync(DbTransaction transaction, Consent consent, CancellationToken cancellationToken) =>
        transaction
            .Command(
                """
                INSERT INTO consents (consent_id, partner_id, person_id, subject, purpose, scopes, programmes, state, granted_us, expire_us, ended_us)
                VALUES (@id, @partner, @person, @subject, @purpose, @scopes, @programmes, @state, @granted, @expire, @ended)
                """,
                ("id", consent.Id),
                ("partner", consent.Partner),
                ("person", consent.Person),
                ("subject", consent.Subject),
                ("purpose", (int)consent.Purpose),
                ("scopes", string.Join(' ', consent.Scopes.Order(StringComparer.Ordinal))),
                ("programmes", string.Join(' ', consent.Programmes.Order(StringComparer.Ordinal))),
                ("state", (int)consent.State),
                ("granted", consent.GrantedMicros),
                ("expire", consent.ExpireMicros),
                ("ended", consent.EndedMicros)
            )
            .ExecuteAsync(cancellationToken);

    public static Task UpdateAsync(DbTransaction transaction, Consent consent, CancellationToken cancellationToken) =>
        transaction
            .Command(
                "UPDATE consents SET state = @state, ended_us = @ended WHERE consent_id = @id",
                ("id", consent.Id),
                ("state", (int)consent.State),
                ("ended", consent.EndedMicros)
            )
            .ExecuteAsync(cancellationToken);
}
