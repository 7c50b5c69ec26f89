using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace SesameGrpc.Cli.Demo;

/// <summary>Checks a badge's proof as any program can: the issuer's published key, the signature; then once more with another profile written into it.</summary>
internal sealed class ProofCheck(PersonBrowser visitor)
{
    public async Task<DemoStep> RunAsync(string proof, CancellationToken cancellationToken)
    {
        var parts = proof.Split('~')[0].Split('.');
        if (parts.Length != 3)
        {
            return Step(isGenuine: false, isForgedToo: false, "");
        }

        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
        var profile = (string?)claims["profile"] ?? "";
        using var key = await KeyAsync(cancellationToken);
        var isGenuine = Verify(key, parts[0], parts[1], parts[2]);
        claims["profile"] = "li-1988";
        var forged = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()));
        return Step(isGenuine, Verify(key, parts[0], forged, parts[2]), profile);
    }

    private async Task<ECDsa> KeyAsync(CancellationToken cancellationToken)
    {
        var metadata = JsonNode.Parse(await visitor.OpenAsync("/.well-known/jwt-vc-issuer", cancellationToken))!;
        var keys = JsonNode.Parse(await visitor.OpenAsync(new Uri((string)metadata["jwks_uri"]!).PathAndQuery, cancellationToken))!;
        var key = keys["keys"]![0]!;
        return ECDsa.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = Base64Url.DecodeFromChars((string?)key["x"]), Y = Base64Url.DecodeFromChars((string?)key["y"]) },
            }
        );
    }

    private static bool Verify(ECDsa key, string header, string payload, string signature) =>
        key.VerifyData(Encoding.ASCII.GetBytes($"{header}.{payload}"), Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256);

    private static DemoStep Step(bool isGenuine, bool isForgedToo, string profile) =>
        new(
            "proof",
            "A program checks the signed proof with the gateway's published key. Somebody writes another profile into it and tries again.",
            isGenuine && !isForgedToo
                ? $"Genuine for the profile {profile}; the changed one is refused, because its signature does not fit any more."
                : "The proof was not told from its forgery, which must never happen.",
            isGenuine && !isForgedToo,
            new JsonObject
            {
                ["profile"] = profile,
                ["genuine"] = isGenuine,
                ["forged_accepted"] = isForgedToo,
            }
        );
}
