using System.Text.Json;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Audit;

/// <summary>What came of a run: how often the log was tampered with, and how often the verification said so.</summary>
internal sealed record AuditTamperResult(int Tampers, int Detected, int Kinds, long Seed);

/// <summary>
/// Fills the audit log of a real gateway by real calls, then tampers with copies of it, each time in one random way and place, and verifies each copy. A
/// tampering that no verification names is told with its kind and its number, from which the seed makes it again.
/// </summary>
internal static class AuditTamper
{
    private const int DefaultTampers = 10_000;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output)
    {
        var tampers = (int)SoakArguments.Number(arguments, "--tampers", DefaultTampers);
        var seed = SoakArguments.Number(arguments, "--seed", Random.Shared.Next());
        var result = await RunAsync(tampers, seed, output);
        await output.WriteLineAsync(
            JsonSerializer.Serialize(
                new
                {
                    tampers = result.Tampers,
                    detected = result.Detected,
                    kinds = result.Kinds,
                    seed = result.Seed,
                }
            )
        );
        return result.Detected == result.Tampers ? 0 : 1;
    }

    public static async Task<AuditTamperResult> RunAsync(int tampers, long seed, TextWriter output)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(LogTraffic.Setup);
        await LogTraffic.MakeAsync(gateway);
        using var stored = await StoredLog.CopyAsync(gateway);
        using var exported = await ExportedLog.ExportAsync(stored);
        await RequireSoundAsync(stored, exported);

        var kinds = StoredTampers.All.Select(kind => kind.Name).Concat(ExportedTampers.All.Select(kind => kind.Name)).ToList();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var detected = 0;
        for (var number = 0; number < tampers; number++)
        {
            // Each kind has its turn; everything else about a tampering is drawn.
            var kind = number % kinds.Count;
            var random = new Random(unchecked((int)(seed * 1_000_003) + number));
            var differences =
                kind < StoredTampers.All.Count
                    ? await stored.TamperAsync(StoredTampers.All[kind], random)
                    : await exported.TamperAsync(ExportedTampers.All[kind - StoredTampers.All.Count], random);
            seen.Add(kinds[kind]);
            if (differences.Count > 0)
            {
                detected++;
            }
            else
            {
                await output.WriteLineAsync($"Not detected: {kinds[kind]}, number {number} of seed {seed}.");
            }
        }

        return new AuditTamperResult(tampers, detected, seen.Count, seed);
    }

    // A verification that finds fault with everything would detect everything.
    private static async Task RequireSoundAsync(StoredLog stored, ExportedLog exported)
    {
        var differences = (await stored.TamperAsync(new StoredTamper("nothing", (_, _) => { }), new Random(0)))
            .Concat(await exported.TamperAsync(new ExportedTamper("nothing", (_, _) => { }), new Random(0)))
            .ToList();
        if (differences.Count > 0)
        {
            throw new InvalidOperationException($"The log is not sound before any tampering: {string.Join(' ', differences)}");
        }
    }
}
