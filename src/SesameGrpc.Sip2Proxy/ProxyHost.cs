using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SesameGrpc.Client;
using SesameGrpc.Sip2Proxy.Configuration;
using SesameGrpc.Sip2Proxy.Kiosks;
using SesameGrpc.Sip2Proxy.Messages;
using SesameGrpc.Sip2Proxy.Patrons;

namespace SesameGrpc.Sip2Proxy;

/// <summary>Builds the program: one listener for kiosks, and the connection to the gateway.</summary>
internal static class ProxyHost
{
    /// <summary>Throws <see cref="ProxyConfigurationException"/> when a setting is wrong.</summary>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var settings = ProxySettings.Load(builder.Configuration);
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Limits.MaxConcurrentConnections = settings.Options.MaxConnections;
                kestrel.Listen(settings.Listen, listen => listen.UseConnectionHandler<KioskConnectionHandler>());
            });
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(new PatronAnswerRules(settings.DepositPositions, settings.Options.DepositMessage, settings.Encoding));
        builder.Services.AddSingleton(services => Gateway(settings, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<PatronDirectory>();
        builder.Services.AddSingleton<DepositCheck>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DepositCheck>());
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.None);
        var app = builder.Build();

        // The patrons file is read before the listener opens.
        _ = app.Services.GetRequiredService<PatronDirectory>();
        return app;
    }

    private static SesameClient Gateway(ProxySettings settings, TimeProvider time) =>
        new(
            new SesameClientOptions
            {
                PartnerId = settings.Options.Partner,
                GatewayUrls = [new Uri(settings.Options.GatewayUrl)],
                IssuerUrl = new Uri(settings.Options.IssuerUrl),
                Certificate = ClientCertificateOptions.FromPem(settings.Options.Certificate, settings.Options.Key, settings.Options.Ca),
                Scopes = [PartnerScopes.EligibilityCheck],
                CallTimeout = settings.GatewayTimeout,
            },
            time
        );
}
