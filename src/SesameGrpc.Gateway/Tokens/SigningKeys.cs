using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using SesameGrpc.Gateway.Keys;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace SesameGrpc.Gateway.Tokens;

/// <summary>Signs with the key whose turn it is at this moment, instead of the first that the authorization server was started with.</summary>
internal sealed class TurnSigning(KeyCalendar keys) : IOpenIddictServerHandler<GenerateTokenContext>
{
    public ValueTask HandleAsync(GenerateTokenContext context)
    {
        if (context.SigningCredentials is not null)
        {
            context.SigningCredentials = new SigningCredentials(keys.SigningKey, SecurityAlgorithms.EcdsaSha256);
        }

        return ValueTask.CompletedTask;
    }
}

/// <summary>The JWK Set: the public halves of the keys that are announced, active or retained (RFC 7517).</summary>
internal sealed class TurnKeySet(KeyCalendar keys) : IOpenIddictServerHandler<HandleJsonWebKeySetRequestContext>
{
    public ValueTask HandleAsync(HandleJsonWebKeySetRequestContext context)
    {
        context.Keys.Clear();
        context.Keys.AddRange(keys.VerificationKeys.Select(PublicHalf));
        return ValueTask.CompletedTask;
    }

    private static JsonWebKey PublicHalf(ECDsaSecurityKey key)
    {
        var point = key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
        return new JsonWebKey
        {
            Kty = JsonWebAlgorithmsKeyTypes.EllipticCurve,
            Use = JsonWebKeyUseNames.Sig,
            Alg = SecurityAlgorithms.EcdsaSha256,
            Crv = JsonWebKeyECTypes.P256,
            Kid = key.KeyId,
            X = Base64UrlEncoder.Encode(point.X),
            Y = Base64UrlEncoder.Encode(point.Y),
        };
    }
}
