using System.Buffers.Text;
using System.Text.Json;

namespace SesameGrpc.Client;

/// <summary>A certificate-bound access token as the issuer gave it.</summary>
/// <param name="Value">The compact token.</param>
/// <param name="TokenType">"Bearer".</param>
/// <param name="ExpiresInSeconds">Lifetime at issue.</param>
/// <param name="Scope">Granted scopes, separated by blanks.</param>
/// <param name="IssueTime">When it was received.</param>
public sealed record AccessToken(string Value, string TokenType, int ExpiresInSeconds, string Scope, DateTimeOffset IssueTime)
{
    /// <summary>Thumbprint of the certificate that the token is bound to (RFC 8705 section 3.1); null where it is not bound.</summary>
    public string? BoundThumbprint => ReadThumbprint(Value);

    private static string? ReadThumbprint(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
        {
            return null;
        }

        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return
                claims.RootElement.TryGetProperty("cnf", out var confirmation)
                && confirmation.TryGetProperty("x5t#S256", out var thumbprint)
                ? thumbprint.GetString()
                : null;
        }
        catch (Exception failure) when (failure is JsonException or FormatException)
        {
            return null;
        }
    }
}
