using OpenTelemetry.Metrics;
using SesameGrpc.Gateway.Pages;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>Registers badges, and what everybody may see of them on the public listener.</summary>
internal static class BadgeSetup
{
    public static IServiceCollection AddCreditBadges(this IServiceCollection services)
    {
        services
            .AddSingleton<BadgeStore>()
            .AddSingleton<BadgeChanges>()
            .AddSingleton<BadgeAddresses>()
            .AddSingleton<BadgeSigner>()
            .AddSingleton<StatusPlaces>()
            .AddSingleton<BadgeProofs>()
            .AddSingleton<BadgeStanding>()
            .AddSingleton<StatusLists>()
            .AddSingleton<BadgeMetrics>()
            .AddSingleton<BadgeDocuments>()
            .AddSingleton<CreditBadgeService>();
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(BadgeMetrics.MeterName));
        return services;
    }

    /// <summary>Before what else there is on the public listener.</summary>
    public static void MapBadges(this IApplicationBuilder branch)
    {
        branch.MapWhen(BadgeDocuments.IsDocument, branch.ApplicationServices.GetRequiredService<BadgeDocuments>().Map);
        branch.MapWhen(
            http => http.Request.Path.StartsWithSegments(BadgeAddresses.Root, StringComparison.Ordinal),
            pages => pages.MapBranch(BadgePages.Map)
        );
    }
}
