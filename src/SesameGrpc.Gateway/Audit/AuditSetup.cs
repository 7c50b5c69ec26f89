using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Gateway.Audit;

/// <summary>Registers the audit log.</summary>
internal static class AuditSetup
{
    /// <summary>Between two portions of what runs behind the commits: on SQLite, calls wait while one is stored.</summary>
    public static readonly TimeSpan BacklogPause = TimeSpan.FromMilliseconds(40);

    public static IServiceCollection AddAuditLog(this IServiceCollection services, GatewayOptions options, KeyRing keys) =>
        services
            .AddSingleton(new NoteSigner(OriginOf(options), keys.AuditSeed))
            .AddSingleton<AuditEntries>()
            .AddSingleton<FreshLeaves>()
            .AddSingleton<AuditLog>()
            .AddSingleton<AuditVerification>()
            .AddSingleton<AuditSearch>()
            .AddSingletonWorker<AuditPublisher>()
            .AddSingletonWorker<AuditIndexer>();

    private static string OriginOf(GatewayOptions options) =>
        options.Audit.Origin.Length > 0 ? options.Audit.Origin : $"{new Uri(options.Listeners.PublicUrl).Host}/audit";
}
