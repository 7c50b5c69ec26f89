using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SesameGrpc.Client.Connections;

namespace SesameGrpc.Client;

/// <summary>Adds the client to a program's services.</summary>
public static class SesameServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="SesameClient"/> and the client of each area, with the options of the section "Sesame". A key that is not one, or a value out of its range, stops the start.
    /// </summary>
    public static OptionsBuilder<SesameClientOptions> AddSesameClient(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Add(services)
            .Bind(configuration.GetSection(SesameClientOptions.SectionName), binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
    }

    /// <summary>Adds <see cref="SesameClient"/> and the client of each area, with options that the program states. Wrong ones stop the start.</summary>
    public static OptionsBuilder<SesameClientOptions> AddSesameClient(
        this IServiceCollection services,
        Action<SesameClientOptions> configure
    ) => Add(services).Configure(configure).ValidateOnStart();

    private static OptionsBuilder<SesameClientOptions> Add(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SesameClientOptions>, ClientOptionsValidator>());
        services.TryAddSingleton(provider => new SesameClient(
            provider.GetRequiredService<IOptions<SesameClientOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILoggerFactory>()
        ));
        AddArea(client => client.CreditScores);
        AddArea(client => client.Eligibility);
        AddArea(client => client.DepositWaivers);
        AddArea(client => client.DeferredPayments);
        AddArea(client => client.CreditBadges);
        AddArea(client => client.Fulfilments);
        AddArea(client => client.Consents);
        AddArea(client => client.Events);
        AddArea(client => client.Webhooks);
        return services.AddOptions<SesameClientOptions>();

        void AddArea<T>(Func<SesameClient, T> area)
            where T : class => services.TryAddSingleton(provider => area(provider.GetRequiredService<SesameClient>()));
    }
}
