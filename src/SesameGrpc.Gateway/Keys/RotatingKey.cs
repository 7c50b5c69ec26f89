using Microsoft.IdentityModel.Tokens;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Gateway.Keys;

/// <summary>A key that takes turns with others of its purpose.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Secret">Of a signing key its PKCS #8 form, else 32 random bytes.</param>
/// <param name="AnnounceMicros">When it was made.</param>
/// <param name="ActiveMicros">When its turn begins.</param>
internal sealed record RotatingKey(string Id, KeyPurpose Purpose, byte[] Secret, long AnnounceMicros, long ActiveMicros)
{
    /// <summary>The key pair of a signing key; null with another purpose.</summary>
    public ECDsaSecurityKey? Signing { get; init; }
}
