using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Tokens;

/// <summary>
/// Access tokens that count no more although they have not expired: by their jti, or by the authorization (oi_au_id) whose code was used twice. Invariant:
/// a revocation raises directory_version in its transaction, so that every instance reads it with the partners, and its trust epoch rises.
/// </summary>
internal sealed class TokenRevocations(Database database, PartnerDirectory partners, GatewayOptions options, TimeProvider time)
{
    // As long as a token that a code exchange under way may still issue.
    private readonly long keptMicros = (TimeSpan.FromSeconds(options.Tokens.LifetimeSeconds) + TimeSpan.FromMinutes(2)).ToMicros();

    /// <summary>In force on this instance when it returns.</summary>
    public async Task RevokeAsync(string tokenOrAuthorization, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            async (transaction, token) =>
            {
                var added = await transaction
                    .Command(
                        "INSERT INTO revoked_tokens (token_id, expire_us) VALUES (@id, @expire) ON CONFLICT (token_id) DO NOTHING",
                        ("id", tokenOrAuthorization),
                        ("expire", time.NowMicros() + keptMicros)
                    )
                    .ExecuteAsync(token);
                return added == 0 ? 0 : await PartnerStore.RaiseVersionAsync(transaction, token);
            },
            cancellationToken
        );
        await partners.RefreshAsync(cancellationToken);
    }
}
