using OpenTelemetry.Metrics;

namespace SesameGrpc.Gateway.Onboarding;

/// <summary>Registers what brings partners to their certificates, and its place at the listeners.</summary>
internal static class OnboardingSetup
{
    public static IServiceCollection AddOnboarding(this IServiceCollection services)
    {
        services
            .AddSingleton<InvitationCodes>()
            .AddSingleton<IssuingAuthority>()
            .AddSingleton<CertificateRequestStore>()
            .AddSingleton<PartnerCertificateStore>()
            .AddSingletonWorker<CertificateExpiryWorker>()
            .AddSingleton<CertificateEnrolment>()
            .AddSingleton<CertificateEndpoint>()
            .AddSingleton<PartnerAdminService>()
            .AddSingleton<OnboardingService>();
        services
            .AddSingleton<CertificateMetrics>()
            .ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(CertificateMetrics.MeterName));
        return services;
    }

    public static void MapCertificates(this IApplicationBuilder branch) =>
        branch.MapWhen(
            CertificateEndpoint.IsHere,
            certificates => certificates.Run(branch.ApplicationServices.GetRequiredService<CertificateEndpoint>().InvokeAsync)
        );
}
