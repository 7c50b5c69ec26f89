using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace SesameGrpc.Gateway.Tokens;

/// <summary>
/// The revocation endpoint (RFC 7009) for access tokens. It stands in for OpenIddict's own, which can only revoke what has a row of its own in the store:
/// access tokens have none, since a row for each would be a write for each.
/// </summary>
internal sealed class RevocationRequests(TokenRevocations revocations) : IOpenIddictServerHandler<HandleRevocationRequestContext>
{
    public async ValueTask HandleAsync(HandleRevocationRequestContext context)
    {
        var token = context.GenericTokenPrincipal;
        if (token?.GetClaim(OpenIddictConstants.Claims.JwtId) is { Length: > 0 } id)
        {
            await revocations.RevokeAsync(id, context.CancellationToken);
            return;
        }

        context.Reject(
            OpenIddictConstants.Errors.UnsupportedTokenType,
            "Only access tokens can be revoked; authorization codes end by themselves within a minute."
        );
    }
}
