using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Onboarding;

/// <summary>Certificates and signing keys change while calls go on. The long form is tests/soak/rotation.sh.</summary>
public sealed class RotationTests(Stores stores)
{
    private static readonly Dictionary<string, string?> QuickTurns = new(StringComparer.Ordinal)
    {
        ["Sesame:Keys:Period"] = "00:00:02",
        ["Sesame:Keys:Announced"] = "00:00:00.8",
        ["Sesame:Keys:Retained"] = "00:10:00",
    };

    [Fact]
    public async Task CertificatesAndSigningKeys_ChangeUnderCalls_NoneFails()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Settings = QuickTurns });
        await gateway.OnboardAsync("bike");
        await using var run = new RotationRun(gateway, "bike");

        var result = await run.RunAsync(TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(1), callsPerSecond: 200, TextWriter.Null);

        Assert.Equal((0, null), (result.Failed, result.FirstFailure));
        Assert.True(result is { Certificates: >= 5, SigningKeys: >= 3, Calls: >= 400 }, $"Too little happened to say anything: {result}");
    }

    // What one instance signs with its new key, the other believes at once, and both say the same of all keys.
    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task SigningKeys_OfTwoInstances_AreTheSame(Store store)
    {
        var database = await stores.ConnectionStringAsync(store);
        var setup = new GatewaySetup { PostgreSql = database, Settings = QuickTurns };
        await using var one = await GatewayUnderTest.StartAsync(setup);
        await one.OnboardAsync("bike");
        var sameIssuer = new Dictionary<string, string?>(QuickTurns)
        {
            ["Sesame:Listeners:PublicUrl"] = one.PublicUrl.ToString().TrimEnd('/'),
        };
        await using var two = await GatewayUnderTest.StartAsync(setup with { Beside = one, Settings = sameIssuer });
        using var certificate = one.Authority.Partner("bike");
        var seen = new HashSet<string>(StringComparer.Ordinal);

        await Eventually.HoldsAsync(
            async () =>
            {
                foreach (var (issuer, other) in new[] { (one, two), (two, one) })
                {
                    var token = await issuer.TokenAsync("bike", certificate, "eligibility.check");
                    seen.Add(new JsonWebToken(token).Kid);
                    var bike = new ConnectedPartner(other.Channel(other.PartnerUrl, certificate), certificate, token);
                    await bike.Eligibility.ListProgrammesAsync(new());
                }

                return seen.Count >= 3;
            },
            "three keys took turns",
            TimeSpan.FromMilliseconds(200)
        );

        var keys = await TokenKeysAsync(one);
        Assert.Equal(keys.Select(key => key.KeyId), (await TokenKeysAsync(two)).Select(key => key.KeyId));
        Assert.Single(keys, key => key.State == KeyState.Active);
        Assert.Equal(keys.Select(key => key.KeyId).Order(StringComparer.Ordinal), (await KeySetAsync(one)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task RotateKey_BringsTheTurnForward_AndKeepsTheFormerKey()
    {
        var time = new MovableTime();
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Time = time });
        var bike = await gateway.ConnectAsync("bike");
        var former = new JsonWebToken(bike.Token).Kid;

        var request = new RotateKeyRequest { RequestId = "1", Purpose = KeyPurpose.TokenSigning };
        var next = (await gateway.Keys.RotateKeyAsync(request)).Key;
        request.RequestId = "2";
        Assert.Equal(next.KeyId, (await gateway.Keys.RotateKeyAsync(request)).Key.KeyId);
        Assert.Equal(KeyState.Announced, next.State);
        Assert.Contains(next.KeyId, await KeySetAsync(gateway));
        Assert.Equal(former, new JsonWebToken(await gateway.TokenAsync("bike", bike.Certificate, "score.read")).Kid);
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(next.KeyId, new JsonWebToken(await gateway.TokenAsync("bike", bike.Certificate, "score.read")).Kid);
        await bike.Eligibility.ListProgrammesAsync(new());
        Assert.Equal(
            [(next.KeyId, KeyState.Active), (former, KeyState.Retained)],
            (await TokenKeysAsync(gateway)).Select(key => (key.KeyId, key.State))
        );
        time.Advance(TimeSpan.FromDays(14));
        await Eventually.HoldsAsync(async () => !(await KeySetAsync(gateway)).Contains(former), "the former key has ended");
        request.Purpose = KeyPurpose.Unspecified;
        request.RequestId = "3";
        Assert.Equal("FIELD_INVALID", (await RefusedCall.OfAsync(gateway.Keys.RotateKeyAsync(request))).Reason);
    }

    // The key ring's file is only the first key: a start after it has ended does not bring it back, another file takes its turn.
    [Fact]
    public async Task Restart_LeavesTheTurnsAsTheyAre_AndTakesAnotherFile()
    {
        var time = new MovableTime();
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Time = time });
        await gateway.Keys.RotateKeyAsync(new() { RequestId = "1", Purpose = KeyPurpose.TokenSigning });
        time.Advance(TimeSpan.FromDays(15));
        await Eventually.HoldsAsync(async () => (await TokenKeysAsync(gateway)).Count == 1, "the first key has ended");
        var keys = await TokenKeysAsync(gateway);

        await using (var again = await GatewayUnderTest.StartAsync(new GatewaySetup { Time = time, Beside = gateway }))
        {
            Assert.Equal(keys, await TokenKeysAsync(again));
        }

        File.Delete(Path.Combine(gateway.DataDirectory, "keys", "token-signing.pem"));
        await using var other = await GatewayUnderTest.StartAsync(new GatewaySetup { Time = time, Beside = gateway });
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([KeyState.Active, KeyState.Retained], (await TokenKeysAsync(other)).Select(key => key.State));
    }

    [Fact]
    public async Task Subjects_StayAsTheyAre_WhicheverKeyMadeThem()
    {
        var time = new MovableTime();
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Time = time, Production = true });
        await gateway.OnboardAsync("bike");
        await gateway.OnboardAsync("book");
        await gateway.FeedAsync("p", 700);
        var before = (await gateway.AgreeAsync("p", "bike")).Subject;

        await gateway.Keys.RotateKeyAsync(new() { RequestId = "1", Purpose = KeyPurpose.PairwiseSubjects });
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(before, (await gateway.AgreeAsync("p", "bike")).Subject);
        Assert.Matches("^[0-9a-f]{32}$", (await gateway.AgreeAsync("p", "book")).Subject);
    }

    private static async Task<List<Key>> TokenKeysAsync(GatewayUnderTest gateway) =>
        [.. (await gateway.Keys.ListKeysAsync(new())).Keys.Where(key => key.Purpose == KeyPurpose.TokenSigning)];

    private static async Task<List<string>> KeySetAsync(GatewayUnderTest gateway)
    {
        using var http = new HttpClient(gateway.Handler(null));
        var text = await http.GetStringAsync(new Uri(gateway.PublicUrl, "/.well-known/jwks"), TestContext.Current.CancellationToken);
        var keys = JsonDocument.Parse(text).RootElement.GetProperty("keys").EnumerateArray().ToList();
        Assert.All(keys, key => Assert.False(key.TryGetProperty("d", out _)));
        return [.. keys.Select(key => key.GetProperty("kid").GetString()!)];
    }
}
