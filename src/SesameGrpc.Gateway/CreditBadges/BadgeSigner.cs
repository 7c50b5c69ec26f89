using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SesameGrpc.Gateway.Keys;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>
/// Signs what is told of badges, as JWTs (RFC 7519) with ES256, by a key of this purpose alone: derived from the master key, so that all instances have the same and nothing is stored.
/// </summary>
internal sealed class BadgeSigner : IDisposable
{
    // The order of P-256 (FIPS 186-4 section D.1.2.3): a private key is below it. One in 2^32 texts of 32 bytes is not.
    private static readonly byte[] Order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

    // "dc+sd-jwt" stays as it is written.
    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ECDsa key;
    private readonly Lock gate = new();

    public BadgeSigner(KeyRing keys)
    {
        key = KeyOf(keys);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));

        // RFC 7638 section 3: the required members, in this order.
        KeyId = Base64Url.EncodeToString(
            SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}"""))
        );
        KeySet = new JsonObject
        {
            ["keys"] = new JsonArray(
                new JsonObject
                {
                    ["kty"] = "EC",
                    ["crv"] = "P-256",
                    ["x"] = x,
                    ["y"] = y,
                    ["use"] = "sig",
                    ["alg"] = "ES256",
                    ["kid"] = KeyId,
                }
            ),
        }.ToJsonString();
    }

    /// <summary>Thumbprint of the public key (RFC 7638).</summary>
    public string KeyId { get; }

    /// <summary>The public key as a JWK set (RFC 7517 section 5).</summary>
    public string KeySet { get; }

    /// <summary>A compact JWS (RFC 7515 section 3.1) of the claims.</summary>
    public string Sign(string type, JsonObject claims)
    {
        var header = new JsonObject
        {
            ["alg"] = "ES256",
            ["typ"] = type,
            ["kid"] = KeyId,
        };
        var signed = $"{Encode(header)}.{Encode(claims)}";
        lock (gate)
        {
            return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
        }
    }

    public void Dispose() => key.Dispose();

    /// <summary>JSON as a part of a token: base64url of its UTF-8.</summary>
    internal static string Encode(JsonNode json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString(AsWritten)));

    private static ECDsa KeyOf(KeyRing keys)
    {
        for (var attempt = 1; ; attempt++)
        {
            var scalar = keys.Derive($"badge signing {attempt}");
            if (scalar.AsSpan().SequenceCompareTo(Order) < 0)
            {
                return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
            }
        }
    }
}
