using System.Data.Common;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Onboarding;

/// <summary>A certificate that a partner calls with. WarnedDays: the last warning before its end that was given; null: none was.</summary>
internal sealed record PartnerCertificateRow(string Thumbprint, string Partner, long ExpireMicros, int? WarnedDays = null);

/// <summary>The certificates that partners call with, wherever they come from, in the store of record.</summary>
internal sealed class PartnerCertificateStore(Database database)
{
    /// <summary>All that have not ended.</summary>
    public async Task<List<PartnerCertificateRow>> ReadAsync(long nowMicros, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection
            .Command(
                "SELECT thumbprint, partner_id, expire_us, warned_days FROM partner_certificates WHERE expire_us > @now",
                ("now", nowMicros)
            )
            .ListAsync(
                row => new PartnerCertificateRow(row.GetString(0), row.GetString(1), row.GetInt64(2), row.NullableInt32(3)),
                cancellationToken
            );
    }

    /// <summary>Remembers a certificate; one that is known stays as it is.</summary>
    public static Task AddAsync(DbTransaction transaction, PartnerCertificateRow certificate, CancellationToken cancellationToken) =>
        transaction
            .Command(
                """
                INSERT INTO partner_certificates (thumbprint, partner_id, expire_us, warned_days) VALUES (@thumbprint, @partner, @expire, NULL)
                ON CONFLICT (thumbprint) DO NOTHING
                """,
                ("thumbprint", certificate.Thumbprint),
                ("partner", certificate.Partner),
                ("expire", certificate.ExpireMicros)
            )
            .ExecuteAsync(cancellationToken);

    /// <summary>Notes that a warning is given; false: another instance has given it.</summary>
    public static async Task<bool> MarkWarnedAsync(
        DbTransaction transaction,
        string thumbprint,
        int days,
        CancellationToken cancellationToken
    ) =>
        await transaction
            .Command(
                "UPDATE partner_certificates SET warned_days = @days WHERE thumbprint = @thumbprint AND (warned_days IS NULL OR warned_days > @days)",
                ("thumbprint", thumbprint),
                ("days", days)
            )
            .ExecuteAsync(cancellationToken) == 1;

    /// <summary>Deletes certificates, and requests for them, that ended before this.</summary>
    public static async Task<int> PruneAsync(DbTransaction transaction, long beforeMicros, CancellationToken cancellationToken) =>
        await transaction
            .Command("DELETE FROM partner_certificates WHERE expire_us < @before", ("before", beforeMicros))
            .ExecuteAsync(cancellationToken)
        + await transaction
            .Command("DELETE FROM certificate_requests WHERE expire_us < @before", ("before", beforeMicros))
            .ExecuteAsync(cancellationToken);
}
