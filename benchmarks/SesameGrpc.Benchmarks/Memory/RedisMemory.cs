using System.Globalization;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using StackExchange.Redis;

namespace SesameGrpc.Benchmarks.Memory;

/// <summary>What persons take in Redis: filled through the gateway's own cache, and, to compare, the same values under a key each.</summary>
internal static class RedisMemory
{
    private const int AtOnce = 1_000;

    /// <summary>Fills the shared cache with every person of the store.</summary>
    public static async Task FillAsync(GatewayUnderTest gateway, Action<long> progress)
    {
        var shared = gateway.Service<SharedPersonCache>();
        var pseudonyms = gateway.Service<Gateway.Keys.PersonPseudonyms>();
        var now = gateway.Service<TimeProvider>();
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        await using var command = connection.Command($"SELECT {PersonStore.Columns} FROM persons");
        command.CommandTimeout = 0;
        await using var rows = await command.ExecuteReaderAsync();
        var fills = new List<Task>(AtOnce);
        for (long filled = 0; ; filled += fills.Count)
        {
            fills.Clear();
            while (fills.Count < AtOnce && await rows.ReadAsync())
            {
                var row = PersonStore.Map(rows, now.NowMicros());
                fills.Add(shared.FillAsync(pseudonyms.Of(row.Id), row.Person, shared.Generation).AsTask());
            }

            await Task.WhenAll(fills);
            if (fills.Count < AtOnce)
            {
                return;
            }

            if (filled % RowsPerReport == 0)
            {
                progress(filled);
            }
        }
    }

    private const int RowsPerReport = 1_000_000;

    /// <summary>Bytes of a person under a key of its own, with a lifetime, as long as the key and the value are.</summary>
    public static async Task<double> BytesOfPlainKeysAsync(int persons, int keyLength, int valueLength)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.Configuration);
        var before = await UsedAsync(redis);
        var database = connection.GetDatabase();
        var random = new Random(1);
        for (var first = 0; first < persons; first += AtOnce)
        {
            await Task.WhenAll(
                Enumerable
                    .Range(0, AtOnce)
                    .Select(_ => database.StringSetAsync(Bytes(random, keyLength), Bytes(random, valueLength), TimeSpan.FromHours(1)))
            );
        }

        return (double)(await UsedAsync(redis) - before) / persons;
    }

    public static async Task<long> UsedAsync(RedisServer redis) => (long)await InfoAsync(redis, "memory", "used_memory");

    /// <summary>Seconds of CPU that Redis has used.</summary>
    public static async Task<double> CpuAsync(RedisServer redis) =>
        await InfoAsync(redis, "cpu", "used_cpu_user") + await InfoAsync(redis, "cpu", "used_cpu_sys");

    private static async Task<double> InfoAsync(RedisServer redis, string section, string field)
    {
        var lines = (await redis.CliAsync("INFO", section)).Split('\n', StringSplitOptions.TrimEntries);
        var line = lines.Single(line => line.StartsWith($"{field}:", StringComparison.Ordinal));
        return double.Parse(line[(field.Length + 1)..], CultureInfo.InvariantCulture);
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
