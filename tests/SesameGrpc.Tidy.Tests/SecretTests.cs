using SesameGrpc.Tidy.Tests.Rules;
using Xunit;

namespace SesameGrpc.Tidy.Tests;

public sealed class SecretTests
{
    [Fact]
    public void Paths_InTheTree_AreNoKeyStores() => Verdict.Clean(SecretRules.CheckPaths(Repository.Paths));

    [Fact]
    public void Texts_InTheTree_HoldNoSecretAndNoMachine() => Verdict.Clean(SecretRules.CheckTexts(Repository.Texts));

    [Theory]
    [InlineData("certs/partner.pfx")]
    [InlineData("tests/data/client.P12")]
    [InlineData("certs/ca.key")]
    public void Path_OfAKeyStore_IsCaught(string path) => Verdict.Caught(SecretRules.CheckPaths([path]), 0, "key file");

    // The samples are put together here, so that this file does not break the rule itself.
    [Theory]
    [InlineData("-----BEGIN ", "PRIVATE KEY-----", "private key")]
    [InlineData("-----BEGIN ", "EC PRIVATE KEY-----", "private key")]
    [InlineData("token: eyJ", "hbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl", "signed token")]
    [InlineData("cd /wo", "rk/main", "path of one machine")]
    [InlineData("\"/ro", "ot/.nuget\"", "path of one machine")]
    [InlineData("/ho", "me/somebody/x", "path of one machine")]
    [InlineData("C:\\Us", "ers\\x", "path of one machine")]
    [InlineData("\"resolved\": \"https://regi", "stry.npmjs.org/a/-/a-1.0.0.tgz\"", "package registry")]
    [InlineData("value=\"https://api.nu", "get.org/v3/index.json\"", "package registry")]
    public void Text_WithASecretOrAMachine_IsCaught(string start, string end, string fragment) =>
        Verdict.Caught(SecretRules.CheckTexts([new TextFile("docs/sample.md", "\n" + start + end)]), 2, fragment);

    [Theory]
    [InlineData("-----BEGIN CERTIFICATE-----")]
    [InlineData("GET /connect/token and src/work/main, see https://example.com/home/page")]
    [InlineData("https://www.nuget.org/packages/OpenIddict")]
    [InlineData("eyJ is how a token begins")]
    public void Text_ThatIsHarmless_Passes(string text) => Verdict.Clean(SecretRules.CheckTexts([new TextFile("docs/sample.md", text)]));
}
