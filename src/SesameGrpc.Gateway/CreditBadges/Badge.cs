using System.Data.Common;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>A badge on a profile, as stored. Immutable.</summary>
internal sealed record Badge
{
    /// <summary>Columns of credit_badges, named b, for <see cref="Map"/>.</summary>
    public const string Columns =
        "b.badge_id, b.partner_id, b.person_id, b.consent_id, b.subject, b.programme, b.site, b.profile, b.band, b.policy_version, b.revision, "
        + "b.proof_number, b.issued_us, b.renewed_us, b.expire_us, b.ended_us";

    /// <summary>How many those are.</summary>
    public const int ColumnCount = 16;

    public required string Id { get; init; }

    public required string Partner { get; init; }

    /// <summary>The person's internal id.</summary>
    public required string Person { get; init; }

    /// <summary>The consent that it was issued under. A newer one needs a renewal.</summary>
    public required string Consent { get; init; }

    public required string Subject { get; init; }

    public required string Programme { get; init; }

    public required string Site { get; init; }

    public required string Profile { get; init; }

    public required ScoreBand Band { get; init; }

    public required string PolicyVersion { get; init; }

    public required long Revision { get; init; }

    /// <summary>What its last proof was numbered with: see <see cref="StatusPlaces"/>.</summary>
    public required long ProofNumber { get; init; }

    public required long IssuedMicros { get; init; }

    public required long RenewedMicros { get; init; }

    public required long ExpireMicros { get; init; }

    /// <summary>When it was revoked.</summary>
    public long? EndedMicros { get; init; }

    public static Badge Map(DbDataReader row, int first) =>
        new()
        {
            Id = row.GetString(first),
            Partner = row.GetString(first + 1),
            Person = row.GetString(first + 2),
            Consent = row.GetString(first + 3),
            Subject = row.GetString(first + 4),
            Programme = row.GetString(first + 5),
            Site = row.GetString(first + 6),
            Profile = row.GetString(first + 7),
            Band = (ScoreBand)row.GetInt32(first + 8),
            PolicyVersion = row.GetString(first + 9),
            Revision = row.GetInt64(first + 10),
            ProofNumber = row.GetInt64(first + 11),
            IssuedMicros = row.GetInt64(first + 12),
            RenewedMicros = row.GetInt64(first + 13),
            ExpireMicros = row.GetInt64(first + 14),
            EndedMicros = row.NullableInt64(first + 15),
        };
}
