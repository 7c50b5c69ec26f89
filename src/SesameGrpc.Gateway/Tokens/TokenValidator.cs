using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Tls;

namespace SesameGrpc.Gateway.Tokens;

/// <summary>
/// Validates an access token as any resource server would: a JWT of RFC 9068 whose cnf claim names this connection's certificate (RFC 8705
/// section 3). Who issued it, the built-in server or another, makes no difference here.
/// </summary>
internal sealed class TokenValidator(IIssuerKeys keys, PartnerDirectory partners, GatewayOptions options, TimeProvider time)
{
    // The built-in server's name of what a person agreed to, and of all tokens that came of it.
    private const string AuthorizationClaim = "oi_au_id";
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false };

    public async ValueTask<(ValidatedToken? Token, Refusal? Refusal)> ValidateAsync(
        string token,
        ClientCertificate certificate,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ValidateWithKeysAsync(token, certificate, cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or HttpRequestException)
        {
            // Microsoft.IdentityModel wraps whatever kept it from reading the metadata in an InvalidOperationException.
            return (null, Refuse.IssuerUnavailable());
        }
    }

    private async ValueTask<(ValidatedToken? Token, Refusal? Refusal)> ValidateWithKeysAsync(
        string token,
        ClientCertificate certificate,
        CancellationToken cancellationToken
    )
    {
        var issuer = await keys.CurrentAsync(cancellationToken);
        var result = await handler.ValidateTokenAsync(token, Parameters(issuer));
        if (!result.IsValid && result.Exception is SecurityTokenSignatureKeyNotFoundException && keys.RequestRefresh())
        {
            issuer = await keys.CurrentAsync(cancellationToken);
            result = await handler.ValidateTokenAsync(token, Parameters(issuer));
        }

        return result is { IsValid: true, SecurityToken: JsonWebToken jwt }
            ? CheckBinding(jwt, certificate)
            : (null, RefusalOf(result.Exception));
    }

    private (ValidatedToken?, Refusal?) CheckBinding(JsonWebToken jwt, ClientCertificate certificate)
    {
        var confirmation =
            jwt.TryGetPayloadValue<JsonElement>("cnf", out var cnf)
            && cnf.ValueKind == JsonValueKind.Object
            && cnf.TryGetProperty("x5t#S256", out var thumbprint)
                ? thumbprint.GetString()
                : null;
        if (string.IsNullOrEmpty(confirmation))
        {
            return (null, Refuse.TokenNotBound());
        }

        if (!string.Equals(confirmation, certificate.ConfirmationThumbprint, StringComparison.Ordinal))
        {
            return (null, Refuse.TokenBindingMismatch());
        }

        if (!jwt.TryGetPayloadValue<string>("client_id", out var client) || string.IsNullOrEmpty(client))
        {
            return (null, Refuse.TokenInvalid("it has no client_id claim (RFC 9068 section 2.2)"));
        }

        if (IsRevoked(jwt, JwtRegisteredClaimNames.Jti) || IsRevoked(jwt, AuthorizationClaim))
        {
            return (null, Refuse.TokenInvalid("it was revoked"));
        }

        var scopes = jwt.TryGetPayloadValue<string>("scope", out var scope)
            ? scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal)
            : [];
        return (new ValidatedToken(client, scopes, jwt.ValidTo.Ticks, SubjectOf(jwt, client)), null);
    }

    // Only the built-in server knows of consents. Others put into sub of a client's own token what they like.
    private string? SubjectOf(JsonWebToken jwt, string client) =>
        options.Tokens.ExternalIssuer.Length > 0 || jwt.Subject == client ? null : jwt.Subject;

    private bool IsRevoked(JsonWebToken jwt, string claim) =>
        jwt.TryGetPayloadValue<string>(claim, out var id) && partners.Current.RevokedTokens.Contains(id);

    private TokenValidationParameters Parameters(IssuerKeySet issuer) =>
        new()
        {
            ValidIssuer = issuer.Issuer,
            IssuerSigningKeys = issuer.Keys,
            ValidAudience = options.Tokens.Audience,
            ValidTypes = ["at+jwt", "application/at+jwt"],
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSsaPssSha256],
            RequireExpirationTime = true,
            ValidateLifetime = true,
            LifetimeValidator = (notBefore, expires, _, _) => IsAlive(notBefore, expires),
        };

    private bool IsAlive(DateTime? notBefore, DateTime? expires)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (expires is { } end && now >= end)
        {
            throw new SecurityTokenExpiredException("expired") { Expires = end };
        }

        return expires is not null && (notBefore is null || notBefore.Value - ClockSkew <= now);
    }

    private static Refusal RefusalOf(Exception? exception) =>
        exception switch
        {
            SecurityTokenExpiredException { Expires: var end } => Refuse.TokenExpired(
                new DateTimeOffset(DateTime.SpecifyKind(end, DateTimeKind.Utc))
            ),
            SecurityTokenSignatureKeyNotFoundException => Refuse.TokenInvalid("no key of the issuer signed it"),
            SecurityTokenInvalidSignatureException => Refuse.TokenInvalid("the signature does not match"),
            SecurityTokenInvalidIssuerException => Refuse.TokenInvalid("another issuer made it"),
            SecurityTokenInvalidAudienceException => Refuse.TokenInvalid("it is meant for another audience"),
            SecurityTokenInvalidTypeException => Refuse.TokenInvalid("its type is not at+jwt"),
            SecurityTokenInvalidAlgorithmException => Refuse.TokenInvalid("its algorithm is neither ES256 nor PS256"),
            SecurityTokenInvalidLifetimeException or SecurityTokenNoExpirationException => Refuse.TokenInvalid(
                "it is not valid yet, or has no expiry"
            ),
            _ => Refuse.TokenInvalid("it is not a signed JWT of RFC 9068"),
        };
}
