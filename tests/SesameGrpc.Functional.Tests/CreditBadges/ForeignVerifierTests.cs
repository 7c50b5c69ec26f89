using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace SesameGrpc.Functional.Tests.CreditBadges;

/// <summary>Proofs are checked by a published library that shares no code with the gateway.</summary>
public sealed class ForeignVerifierTests(Stores stores, NodePackages node)
{
    [Fact]
    public async Task Proof_OfALitBadge_IsValid_WithAndWithoutItsBand()
    {
        await node.RequireAsync();
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var proof = (await scene.IssueAsync()).SdJwt;

        var results = await VerifyAsync(scene, BadgeScene.Profile, null, proof, $"{proof.Split('~')[0]}~");

        Assert.All(results, result => Assert.True((bool?)result["valid"], result.ToJsonString()));
        Assert.Equal(["GOOD", null], results.Select(result => (string?)result["band"]));
    }

    [Fact]
    public async Task Proof_OnAnotherProfileOrSite_IsACopy()
    {
        await node.RequireAsync();
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var proof = (await scene.IssueAsync()).SdJwt;

        var copied = Assert.Single(await VerifyAsync(scene, "li", null, proof));
        var elsewhere = Assert.Single(await VerifyAsync(scene, BadgeScene.Profile, null, [proof], "https://elsewhere.example"));

        Assert.Equal("this badge belongs to zhang on https://www.baihe.example", (string?)copied["error"]);
        Assert.Equal("this badge belongs to zhang on https://www.baihe.example", (string?)elsewhere["error"]);
    }

    [Fact]
    public async Task Proof_ThatWasChangedAnywhere_OrSignedByAnother_IsNotValid()
    {
        await node.RequireAsync();
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var proof = (await scene.IssueAsync()).SdJwt;
        var (jwt, disclosure) = (proof.Split('~')[0], proof.Split('~')[1]);
        var parts = jwt.Split('.');
        var better = Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(
                Encoding.UTF8.GetString(Base64Url.DecodeFromChars(disclosure)).Replace("GOOD", "EXCEPTIONAL", StringComparison.Ordinal)
            )
        );
        string[] forged =
        [
            $"{Flipped(parts[0])}.{parts[1]}.{parts[2]}~{disclosure}~",
            $"{parts[0]}.{Flipped(parts[1])}.{parts[2]}~{disclosure}~",
            $"{parts[0]}.{parts[1]}.{Flipped(parts[2])}~{disclosure}~",
            $"{parts[0]}.{parts[1]}.{SignedByAnother($"{parts[0]}.{parts[1]}")}~{disclosure}~",
            $"{parts[0]}.{Base64Url.EncodeToString("""{"iss":"x"}"""u8)}.{parts[2]}~{disclosure}~",
            $"{Base64Url.EncodeToString("""{"alg":"none","typ":"dc+sd-jwt"}"""u8)}.{parts[1]}.~{disclosure}~",
        ];

        var results = await VerifyAsync(scene, BadgeScene.Profile, null, forged);
        var disclosed = await VerifyAsync(scene, BadgeScene.Profile, null, $"{jwt}~{better}~", $"{jwt}~{Flipped(disclosure)}~", proof);

        Assert.Equal(forged.Length, results.Count);
        Assert.All(results, result => Assert.False((bool?)result["valid"], result.ToJsonString()));

        // A disclosure that no digest stands for is refused or left out, never believed.
        Assert.Equal([null, null, "GOOD"], disclosed.Select(result => (string?)result["band"]));
    }

    [Fact]
    public async Task Proof_ThatHasExpired_OrWhoseConsentWasWithdrawn_IsNotValid()
    {
        await node.RequireAsync();
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var proof = (await scene.IssueAsync()).SdJwt;
        var tomorrow = TimeProvider.System.GetUtcNow().AddHours(25).ToUnixTimeSeconds();

        var expired = Assert.Single(await VerifyAsync(scene, BadgeScene.Profile, tomorrow, proof));
        await scene.WithdrawAsync();
        var withdrawn = Assert.Single(await VerifyAsync(scene, BadgeScene.Profile, null, proof));

        Assert.Contains("expired", (string?)expired["error"], StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Status is not valid", (string?)withdrawn["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proof_ThatWasRenewed_IsNotValid_ItsSuccessorIs()
    {
        await node.RequireAsync();
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var first = (await scene.IssueAsync()).SdJwt;
        var second = (await scene.IssueAsync()).SdJwt;

        var results = await VerifyAsync(scene, BadgeScene.Profile, null, first, second);

        Assert.Equal([false, true], results.Select(result => (bool?)result["valid"]));
    }

    private static Task<IReadOnlyList<JsonObject>> VerifyAsync(BadgeScene scene, string profile, long? now, params string[] proofs) =>
        VerifyAsync(scene, profile, now, proofs, BadgeScene.Site);

    private static async Task<IReadOnlyList<JsonObject>> VerifyAsync(
        BadgeScene scene,
        string profile,
        long? now,
        string[] proofs,
        string site
    )
    {
        var environment = new Dictionary<string, string>
        {
            ["SESAME_ISSUER"] = scene.Gateway.PublicUrl.ToString(),
            ["SESAME_CA"] = Path.Combine(scene.Gateway.CertificateDirectory, "ca.pem"),
        };
        if (now is { } seconds)
        {
            environment["SESAME_NOW"] = $"{seconds}";
        }

        var run = await ForeignProgram.RunAsync("node", ["node/badge-verifier.mjs", site, profile, .. proofs], environment);
        return run.Steps;
    }

    // Another character in the middle, where every bit counts.
    private static string Flipped(string text)
    {
        var middle = text.Length / 2;
        return $"{text[..middle]}{(text[middle] == 'A' ? 'B' : 'A')}{text[(middle + 1)..]}";
    }

    private static string SignedByAnother(string signed)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
    }
}
