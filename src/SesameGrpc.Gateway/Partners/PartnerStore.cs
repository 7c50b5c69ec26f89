using System.Data.Common;
using Google.Protobuf;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Partners;

/// <summary>Partners in the store of record. Invariant: every change raises directory_version in the same transaction.</summary>
internal sealed class PartnerStore(Database database)
{
    public async Task<long> ReadVersionAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.Command("SELECT directory_version FROM control_state").ScalarInt64Async(cancellationToken) ?? 0;
    }

    /// <summary>The version is read first: a change in between is seen as a newer version at the next look.</summary>
    public async Task<(long Version, List<Partner> Documents, List<string> RevokedTokens)> ReadAllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var version = await connection.Command("SELECT directory_version FROM control_state").ScalarInt64Async(cancellationToken) ?? 0;
        var documents = await connection.Command("SELECT document FROM partners").ListAsync(Parse, cancellationToken);
        var revoked = await connection.Command("SELECT token_id FROM revoked_tokens").ListAsync(row => row.GetString(0), cancellationToken);
        return (version, documents, revoked);
    }

    public async Task<Partner?> FindAsync(string partner, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var found = await connection
            .Command("SELECT document FROM partners WHERE partner_id = @id", ("id", partner))
            .ListAsync(Parse, cancellationToken);
        return found.SingleOrDefault();
    }

    public async Task<List<Partner>> ListAsync(string afterPartner, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                "SELECT document FROM partners WHERE partner_id > @after ORDER BY partner_id LIMIT @limit",
                ("after", afterPartner),
                ("limit", limit)
            )
            .ListAsync(Parse, cancellationToken);
    }

    /// <summary>Reads a partner for a change and keeps other changes of partners waiting until the transaction ends.</summary>
    public static async Task<Partner?> LockAsync(DbTransaction transaction, string partner, CancellationToken cancellationToken)
    {
        await RaiseVersionAsync(transaction, cancellationToken);
        var found = await transaction
            .Command("SELECT document FROM partners WHERE partner_id = @id", ("id", partner))
            .ListAsync(Parse, cancellationToken);
        return found.SingleOrDefault();
    }

    /// <summary>Has every instance read partners and revoked tokens again.</summary>
    public static Task<int> RaiseVersionAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Command("UPDATE control_state SET directory_version = directory_version + 1").ExecuteAsync(cancellationToken);

    /// <summary>Writes a partner that <see cref="LockAsync"/> has locked, and keeps its enrolments' revisions.</summary>
    public static async Task SaveAsync(DbTransaction transaction, Partner partner, CancellationToken cancellationToken)
    {
        await transaction
            .Command(
                "INSERT INTO partners (partner_id, document) VALUES (@id, @document) ON CONFLICT (partner_id) DO UPDATE SET document = excluded.document",
                ("id", partner.Partner_),
                ("document", partner.ToByteArray())
            )
            .ExecuteAsync(cancellationToken);
        await KeepRevisionsAsync(transaction, partner, cancellationToken);
    }

    /// <summary>Keeps the revisions of a partner's enrolments for good, so that decisions made by them can be made again.</summary>
    public static async Task KeepRevisionsAsync(DbTransaction transaction, Partner partner, CancellationToken cancellationToken)
    {
        foreach (var enrolment in partner.Enrolments)
        {
            await transaction
                .Command(
                    """
                    INSERT INTO enrolment_revisions (partner_id, programme, revision, document) VALUES (@partner, @programme, @revision, @document)
                    ON CONFLICT (partner_id, programme, revision) DO NOTHING
                    """,
                    ("partner", partner.Partner_),
                    ("programme", enrolment.Programme),
                    ("revision", enrolment.Revision),
                    ("document", enrolment.ToByteArray())
                )
                .ExecuteAsync(cancellationToken);
        }
    }

    /// <summary>An enrolment as it was at a revision; null: it is not known.</summary>
    public async Task<Enrolment?> FindRevisionAsync(string partner, string programme, int revision, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var found = await connection
            .Command(
                "SELECT document FROM enrolment_revisions WHERE partner_id = @partner AND programme = @programme AND revision = @revision",
                ("partner", partner),
                ("programme", programme),
                ("revision", revision)
            )
            .ListAsync(row => Enrolment.Parser.ParseFrom(row.GetFieldValue<byte[]>(0)), cancellationToken);
        return found.SingleOrDefault();
    }

    /// <summary>Partners with an enrolment whose revision is not kept: those from before there was a place for it.</summary>
    public async Task<List<Partner>> ListWithoutRevisionsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var kept = (
            await connection
                .Command("SELECT partner_id, programme, revision FROM enrolment_revisions")
                .ListAsync(row => (row.GetString(0), row.GetString(1), row.GetInt32(2)), cancellationToken)
        ).ToHashSet();
        var partners = await connection.Command("SELECT document FROM partners").ListAsync(Parse, cancellationToken);
        return partners.FindAll(partner =>
            partner.Enrolments.Any(enrolment => !kept.Contains((partner.Partner_, enrolment.Programme, enrolment.Revision)))
        );
    }

    private static Partner Parse(DbDataReader reader) => Partner.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0));
}
