using System.Text.Json.Nodes;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>
/// Makes badges' proofs for programs: SD-JWTs by the draft "SD-JWT-based Verifiable Digital Credentials". Site and profile are always there, because a proof of another profile is
/// worth nothing; the band may be kept back. There is no holder's key: whoever has the proof may show it, and it fits one profile only.
/// </summary>
internal sealed class BadgeProofs(BadgeSigner signer, BadgeAddresses addresses, StatusPlaces places)
{
    public const string Type = "urn:sesame:credit-badge:1";

    public string Of(Badge badge)
    {
        var band = SdJwt.Disclose(SdJwt.NewSalt(), "band", ContractName.Of(badge.Band));
        var claims = new JsonObject
        {
            ["iss"] = addresses.Issuer,
            ["iat"] = Seconds(badge.RenewedMicros),
            ["exp"] = Seconds(badge.ExpireMicros),
            ["vct"] = Type,
            ["site"] = badge.Site,
            ["profile"] = badge.Profile,
            ["verify_url"] = addresses.PageOf(badge.Id),
            ["status"] = new JsonObject
            {
                ["status_list"] = new JsonObject
                {
                    ["idx"] = places.PlaceOf(badge.ProofNumber),
                    ["uri"] = addresses.StatusOf(StatusPlaces.ListOf(badge.ProofNumber)),
                },
            },
            ["_sd"] = new JsonArray(SdJwt.DigestOf(band)),
            ["_sd_alg"] = SdJwt.HashName,
        };
        return SdJwt.Combine(signer.Sign("dc+sd-jwt", claims), band);
    }

    private static long Seconds(long micros) => micros / 1_000_000;
}
