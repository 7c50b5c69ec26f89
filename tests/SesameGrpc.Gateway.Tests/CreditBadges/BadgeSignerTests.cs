using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SesameGrpc.Gateway.CreditBadges;
using Xunit;

namespace SesameGrpc.Gateway.Tests.CreditBadges;

public sealed class BadgeSignerTests
{
    [Fact]
    public async Task Sign_WithTheKeyRing_IsVerifiedByAnotherLibraryUnderThePublishedKey()
    {
        var keys = Samples.NewKeys();
        using var signer = new BadgeSigner(keys);
        using var other = new BadgeSigner(Samples.NewKeys());
        var token = signer.Sign("statuslist+jwt", new JsonObject { ["iss"] = "https://g.example", ["exp"] = 4_000_000_000 });

        Assert.True(await IsValidAsync(token, signer.KeySet));
        Assert.False(await IsValidAsync(token, other.KeySet));
        Assert.Equal("statuslist+jwt", new JsonWebToken(token).Typ);
    }

    [Fact]
    public void Key_IsTheSameAtEveryInstance_AndItsIdTheThumbprint()
    {
        var keys = Samples.NewKeys();
        using var one = new BadgeSigner(keys);
        using var two = new BadgeSigner(keys);

        Assert.Equal(one.KeySet, two.KeySet);
        Assert.Equal(one.KeyId, Base64UrlEncoder.Encode(new JsonWebKeySet(one.KeySet).Keys[0].ComputeJwkThumbprint()));
        Assert.NotEqual(keys.SigningKey.KeyId, one.KeyId);
        Assert.False(JsonDocument.Parse(one.KeySet).RootElement.GetProperty("keys")[0].TryGetProperty("d", out _));
    }

    private static async Task<bool> IsValidAsync(string token, string keySet)
    {
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(
            token,
            new TokenValidationParameters
            {
                ValidIssuer = "https://g.example",
                ValidateAudience = false,
                IssuerSigningKeys = new JsonWebKeySet(keySet).GetSigningKeys(),
                TryAllIssuerSigningKeys = true,
            }
        );
        return result.IsValid;
    }
}
