using SesameGrpc.Gateway.Keys;

namespace SesameGrpc.Gateway.KeyAccess;

/// <summary>Registers the keys that take turns, and the operator's service over them.</summary>
internal static class KeyAccessSetup
{
    public static IServiceCollection AddKeyAccess(this IServiceCollection services) =>
        services.AddSingleton<KeyStore>().AddSingleton<KeyCalendar>().AddSingletonWorker<KeyRotationWorker>().AddSingleton<KeyService>();
}
