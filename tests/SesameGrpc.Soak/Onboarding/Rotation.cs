using System.Text.Json;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Onboarding;

/// <summary>A certificate and a signing key that change every few seconds, under calls that go on.</summary>
internal static class Rotation
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter progress)
    {
        var every = TimeSpan.FromSeconds(SoakArguments.Number(arguments, "--every", 5));
        var duration = TimeSpan.FromSeconds(SoakArguments.Number(arguments, "--seconds", 120));
        var rate = (int)SoakArguments.Number(arguments, "--rate", 200);
        var store = SoakArguments.Store(arguments, StorageProvider.Sqlite);
        await using var postgres = store == StorageProvider.PostgreSql ? await PostgresServer.StartAsync() : null;
        await using var gateway = await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                PostgreSql = postgres is null ? null : await postgres.NewDatabaseAsync(),
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Sesame:Keys:Period"] = every.ToString(),
                    ["Sesame:Keys:Announced"] = "00:00:01",
                    ["Sesame:Keys:Retained"] = "00:10:00",
                },
            }
        );
        await gateway.OnboardAsync("hello-bike");
        await using var run = new RotationRun(gateway, "hello-bike");
        var result = await run.RunAsync(duration, every, rate, progress);
        await output.WriteLineAsync(
            JsonSerializer.Serialize(
                new
                {
                    calls = result.Calls,
                    failed = result.Failed,
                    certificates = result.Certificates,
                    signing_keys = result.SigningKeys,
                    first_failure = result.FirstFailure,
                }
            )
        );

        // Else nothing was tried: as many turns as there was time for, and nine of ten calls of the rate.
        var turns = (int)(duration / every) - 2;
        var isTried = result.Certificates >= turns && result.SigningKeys >= turns && result.Calls >= 0.9 * rate * duration.TotalSeconds;
        return result.Failed == 0 && isTried ? 0 : 1;
    }
}
