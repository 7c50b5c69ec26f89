using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>Claims of which each may be kept back (RFC 9901). Pure but for the salt.</summary>
internal static class SdJwt
{
    /// <summary>Name of the hash in the claim "_sd_alg".</summary>
    public const string HashName = "sha-256";

    // Section 9.3: 128 bits of salt.
    private const int SaltBytes = 16;

    /// <summary>A salt of its own for each claim.</summary>
    public static string NewSalt() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SaltBytes));

    /// <summary>The disclosure of a claim (section 4.2.1).</summary>
    public static string Disclose(string salt, string name, JsonNode value) => BadgeSigner.Encode(new JsonArray(salt, name, value));

    /// <summary>What stands for a disclosure among the signed claims (section 4.2.3).</summary>
    public static string DigestOf(string disclosure) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(disclosure)));

    /// <summary>A signed JWT with the disclosures that go along (section 4), without a proof of a holder's key.</summary>
    public static string Combine(string jwt, params ReadOnlySpan<string> disclosures) =>
        $"{jwt}~{string.Concat(disclosures.ToArray().Select(item => $"{item}~"))}";
}
