using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Consents;

/// <summary>
/// What each partner knows a person by: 128 bits of HMAC-SHA-256 over partner and person, 32 hexadecimal digits (OpenID Connect Core 1.0 section 8.1, pairwise). Made once and
/// stored, so that it stays when another key takes its turn; two partners' subjects of one person have nothing in common. In a sandbox it is the operator's id of the person.
/// </summary>
internal sealed class PairwiseSubjects(KeyCalendar keys, GatewayOptions options, TimeProvider time)
{
    /// <summary>The subject of a person with a partner; made now if there is none yet. Under the person's lock.</summary>
    public async Task<string> EnsureAsync(DbTransaction transaction, string partner, PersonRow person, CancellationToken cancellationToken)
    {
        await transaction
            .Command(
                """
                INSERT INTO subjects (partner_id, subject, person_id, created_us) VALUES (@partner, @subject, @person, @now)
                ON CONFLICT (person_id, partner_id) DO NOTHING
                """,
                ("partner", partner),
                ("subject", options.Mode == GatewayMode.Sandbox ? person.ExternalId : SubjectOf(keys.SubjectSecret, partner, person.Id)),
                ("person", person.Id),
                ("now", time.NowMicros())
            )
            .ExecuteAsync(cancellationToken);
        var found = await transaction
            .Command(
                "SELECT subject FROM subjects WHERE person_id = @person AND partner_id = @partner",
                ("person", person.Id),
                ("partner", partner)
            )
            .ListAsync(row => row.GetString(0), cancellationToken);
        return found.Single();
    }

    // A partner's id has no zero byte, so no two pairs are the same text.
    internal static string SubjectOf(byte[] key, string partner, string person) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{partner}\0{person}")).AsSpan(0, 16));
}
