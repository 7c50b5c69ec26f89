using Microsoft.Extensions.DependencyInjection.Extensions;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Sandbox;

namespace SesameGrpc.Gateway.SandboxAccess;

/// <summary>Registers what only a sandbox has. Production has none of it, and refuses a sandbox's time.</summary>
internal static class SandboxSetup
{
    public static IServiceCollection AddSandbox(this IServiceCollection services, GatewayOptions options)
    {
        SandboxClock.RefuseInProduction(options);
        if (options.Mode != GatewayMode.Sandbox)
        {
            return services;
        }

        services.TryAddSingleton<TimeProvider>(provider => provider.GetRequiredService<SandboxClock>());
        return services
            .AddSingleton<SandboxClock>()
            .AddSingleton<ForcedFailures>()
            .AddSingleton<SandboxReset>()
            .AddSingleton<TriggerServices>()
            .AddSingleton<EventTriggers>()
            .AddSingleton<SandboxService>();
    }
}
