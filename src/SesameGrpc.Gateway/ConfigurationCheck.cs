using System.Data.Common;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SesameGrpc.Gateway.Collections;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Tls;
using SesameGrpc.Gateway.Webhooks;
using StackExchange.Redis;

namespace SesameGrpc.Gateway;

/// <summary>
/// Tries what a start would: every setting, every file that they name, the store and Redis, by the classes that the start uses. It goes on behind what is wrong, opens no listener and writes
/// nothing.
/// </summary>
internal sealed class ConfigurationCheck(TextWriter output)
{
    public const string Switch = "--check";

    private static readonly JsonSerializerOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private bool isSound = true;

    /// <summary>Writes a line {check, state, message} for each thing looked at; false: a start would fail.</summary>
    public async Task<bool> RunAsync(IConfiguration configuration, CancellationToken cancellationToken)
    {
        var (options, findings) = OptionsValidator.Check(configuration);
        foreach (var finding in findings)
        {
            Tell("settings", CheckState.Wrong, finding);
        }

        if (findings.Count > 0)
        {
            return false;
        }

        Tell("settings", CheckState.Ok, $"Sesame:Mode is {options.Mode}.");
        await TryAsync("failpoint", options.Failpoint.Length > 0, () => Crash.Arm(options));
        await TryAsync("keys", HasKeys(options), () => KeyRing.Open(options));
        await TryAsync("certificates", true, () => ReadCertificates(options));
        await TryAsync("programmes", true, () => _ = new ProgrammeCatalogueSource(options));
        await TryAsync("webhooks", options.Webhooks.Ca.Length > 0, () => new WebhookClient(options, TimeProvider.System).Dispose());
        await TryAsync("payment system", options.Rail.Url.Length > 0, () => OpenRail(options));
        await TryAsync("store", () => AskStoreAsync(options, cancellationToken));
        await TryAsync("redis", () => AskRedisAsync(options));
        return isSound;
    }

    private Task TryAsync(string check, bool isConfigured, Action look) =>
        TryAsync(
            check,
            () =>
            {
                if (isConfigured)
                {
                    look();
                }

                return Task.FromResult(isConfigured);
            }
        );

    // The look says whether there was anything to look at.
    private async Task TryAsync(string check, Func<Task<bool>> look)
    {
        try
        {
            var wasThere = await look();
            Tell(check, wasThere ? CheckState.Ok : CheckState.Absent, wasThere ? "" : "Not configured, or made at the first start.");
        }
        catch (ConfigurationException exception)
        {
            Tell(check, CheckState.Wrong, exception.Message);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            Tell(check, CheckState.Wrong, $"The store of Sesame:Storage does not answer: {exception.Message.ReplaceLineEndings(" ")}");
        }
        catch (RedisException exception)
        {
            // The gateway serves without it.
            Tell(check, CheckState.Warning, $"The Redis of Sesame:Redis does not answer: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    // Those of a sandbox are made up at its first start.
    private static bool HasKeys(GatewayOptions options) =>
        options.Mode == GatewayMode.Production || Directory.Exists(Path.Combine(options.DataDirectory, "keys"));

    private static void ReadCertificates(GatewayOptions options) =>
        new TlsMaterialSource(options, new TrustEpoch(), TimeProvider.System, NullLogger<TlsMaterialSource>.Instance).Dispose();

    private static void OpenRail(GatewayOptions options) =>
        new RailChannel(options, TimeProvider.System, NullLogger<RailChannel>.Instance).Dispose();

    private static async Task<bool> AskStoreAsync(GatewayOptions options, CancellationToken cancellationToken)
    {
        await using var database = new Database(options);
        if (
            database.Provider == StorageProvider.Sqlite
            && !File.Exists(new SqliteConnectionStringBuilder(database.ConnectionString).DataSource)
        )
        {
            // To open the file would be to make it.
            return false;
        }

        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.Command("SELECT 1").ScalarInt64Async(cancellationToken);
        return true;
    }

    private static async Task<bool> AskRedisAsync(GatewayOptions options)
    {
        await using var link = new RedisLink(options.Redis, TimeProvider.System);
        if (link.Multiplexer is not { } redis)
        {
            return false;
        }

        await redis.GetDatabase().PingAsync();
        return true;
    }

    private void Tell(string check, CheckState state, string message)
    {
        isSound &= state != CheckState.Wrong;
        var line = new
        {
            check,
            state = state.ToString().ToLowerInvariant(),
            message,
        };
        output.WriteLine(JsonSerializer.Serialize(line, Format));
    }

    private enum CheckState
    {
        Ok,
        Warning,
        Absent,
        Wrong,
    }
}
