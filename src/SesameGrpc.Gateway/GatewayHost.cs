using Grpc.Core;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Metrics;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.AuditAccess;
using SesameGrpc.Gateway.CodeFlow;
using SesameGrpc.Gateway.Collections;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.CreditBadges;
using SesameGrpc.Gateway.CreditScores;
using SesameGrpc.Gateway.Deadlines;
using SesameGrpc.Gateway.Decisions;
using SesameGrpc.Gateway.DeferredPayments;
using SesameGrpc.Gateway.DepositWaivers;
using SesameGrpc.Gateway.Diagnostics;
using SesameGrpc.Gateway.Disputes;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Erasure;
using SesameGrpc.Gateway.ErrorReference;
using SesameGrpc.Gateway.Events;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Fulfilments;
using SesameGrpc.Gateway.HttpJson;
using SesameGrpc.Gateway.Identity;
using SesameGrpc.Gateway.KeyAccess;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.LedgerAccess;
using SesameGrpc.Gateway.Listeners;
using SesameGrpc.Gateway.Obligations;
using SesameGrpc.Gateway.Onboarding;
using SesameGrpc.Gateway.OpenApi;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.PersonAccess;
using SesameGrpc.Gateway.PersonPages;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.ProgrammeAccess;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Reconciliation;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Retention;
using SesameGrpc.Gateway.SandboxAccess;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Tls;
using SesameGrpc.Gateway.Tokens;
using SesameGrpc.Gateway.Webhooks;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway;

/// <summary>Builds the gateway: what it is made of, and what stands behind each listener.</summary>
internal static class GatewayHost
{
    /// <summary>Throws <see cref="ConfigurationException"/> when a setting is wrong.</summary>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var options = OptionsValidator.Load(builder.Configuration);
        Crash.Arm(options);
        Directory.CreateDirectory(options.DataDirectory);
        var keys = KeyRing.Open(options);
        var services = builder.Services;
        services.AddSingleton(options).AddSingleton(keys);
        services.AddSandbox(options).TryAddSingleton(TimeProvider.System);

        // The slim builder sets the simple formatter behind the configuration's back.
        services.Configure<ConsoleLoggerOptions>(builder.Configuration.GetSection("Logging:Console"));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => KestrelListeners.Configure(kestrel, options));
        builder.WebHost.UseSetting(WebHostDefaults.PreferHostingUrlsKey, "false");

        services.AddStorage(options).AddAuditLog(options, keys);
        services.AddSingleton<TrustEpoch>().AddSingleton<SeenCertificates>().AddSingleton<CertificateTrust>();
        services.AddSingletonWorker<TlsMaterialSource>().AddSingletonWorker<PartnerDirectory>().AddSingletonWorker<PersonChanges>();
        services.AddSingleton<ProgrammeCatalogueSource>().AddSingleton<PartnerStore>().AddSingleton<ClientRegistration>();
        services.AddProgrammeAccess().AddDecisions().AddOnboarding().AddKeyAccess();
        services
            .AddSingleton<PersonPseudonyms>()
            .AddSingleton<PersonStore>()
            .AddSingleton<PersonMemory>()
            .AddSingleton<SharedPersonCache>()
            .AddSingleton<PersonReader>();
        services
            .AddSingleton<WithdrawalFence>()
            .AddSingleton<PairwiseSubjects>()
            .AddSingleton<ConsentStore>()
            .AddSingleton<ConsentMemory>()
            .AddSingleton<ConsentChanges>()
            .AddSingleton<SandboxConsents>()
            .AddSingleton<ConsentReader>();
        services
            .AddSingleton<DisputeStore>()
            .AddSingleton<DisputeChanges>()
            .AddSingleton<PersonErasure>()
            .AddSingleton<PersonDisputes>()
            .AddSingleton<PersonLeaving>();
        services
            .AddSingleton<ScoreImportStore>()
            .AddSingleton<ScoreRowStore>()
            .AddSingleton<ScoreImportWriter>()
            .AddSingleton<DecisionSeal>()
            .AddSingleton<RequestReplay>();
        AddLedger(services);
        services.AddSingleton<EventStore>().AddSingleton<ResumeTokens>().AddSingletonWorker<EventWatch>();
        services.AddCollections(options).AddWebhooks().AddRetention().AddCreditBadges().AddFulfilments();
        AddTokens(services, options, keys);
        services.AddPages(options, keys).AddPersonPages().AddCodeFlow();
        AddCalls(services, options);
        services.AddSingleton<ErrorPages>();
        services.AddHealthChecks().AddCheck<StoreHealthCheck>("store");
        services
            .AddOpenTelemetry()
            .WithMetrics(metrics =>
                metrics
                    .AddMeter(CallMetrics.MeterName, "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                    .AddView("kestrel.queued_requests", MetricStreamConfiguration.Drop) // two updates a call, and always near zero
                    .AddPrometheusExporter()
            );

        var app = builder.Build();
        Map(app, options);
        return app;
    }

    /// <summary>Brings the schema up to date and reads what calls are checked against, before any listener opens.</summary>
    public static async Task PrepareAsync(WebApplication app, CancellationToken cancellationToken)
    {
        await StorageSetup.MigrateAsync(app.Services, cancellationToken);
        _ = app.Services.GetRequiredService<TlsMaterialSource>();
        _ = app.Services.GetRequiredService<IssuingAuthority>();
        await app.Services.GetRequiredService<KeyCalendar>().PrepareAsync(cancellationToken);
        await app.Services.GetRequiredService<ProgrammeSeeding>().RunAsync(cancellationToken);
        await app.Services.GetRequiredService<PartnerDirectory>().RefreshAsync(cancellationToken);
    }

    private static void AddLedger(IServiceCollection services)
    {
        services
            .AddSingleton<LedgerStore>()
            .AddSingleton<LedgerWriter>()
            .AddSingleton<ObligationGrants>()
            .AddSingleton<PaymentTerms>()
            .AddSingleton<PartnerObligations>()
            .AddSingleton<DepositWaiverChanges>()
            .AddSingleton<VisitChanges>();
        services.AddSingleton<DeadlineStore>().AddHostedService<DeadlineWorker>();
    }

    private static void AddTokens(IServiceCollection services, GatewayOptions options, KeyRing keys)
    {
        services.AddSingleton<TokenValidator>();
        if (options.Tokens.ExternalIssuer.Length > 0)
        {
            services.AddSingleton<IIssuerKeys, ExternalIssuerKeys>();
        }
        else
        {
            services.AddSingleton<IIssuerKeys, BuiltInIssuerKeys>();
        }

        services.AddAuthorizationServer(options, keys);
    }

    private static void AddCalls(IServiceCollection services, GatewayOptions options)
    {
        services.AddSingleton(new StatusDetails(options.Listeners.PublicUrl.TrimEnd('/')));
        services
            .AddSingleton<CallPipeline>()
            .AddSingleton<ConcurrencyLimits>()
            .AddSingleton<CallMetrics>()
            .AddSingleton<CallLog>()
            .AddSingleton<Faults>()
            .AddSingleton<CallAudit>()
            .AddSingleton<CallRefusals>()
            .AddSingleton<StatusInterceptor>();
        services
            .AddGrpc(grpc =>
            {
                grpc.Interceptors.Add<StatusInterceptor>();
                grpc.MaxReceiveMessageSize = MessageLimits.Usual;
                grpc.MaxSendMessageSize = null;
            })
            .AddServiceOptions<ScoreFeedService>(feed => feed.MaxReceiveMessageSize = MessageLimits.ScoreFeed);
        services.AddGrpcHealthChecks();
        services.AddGrpcReflection();
        services
            .AddSingleton<CreditScoreService>()
            .AddSingleton<EligibilityService>()
            .AddSingleton<DepositWaiverService>()
            .AddSingleton<DeferredPaymentService>()
            .AddSingleton<ConsentService>()
            .AddSingleton<EventService>();
        services
            .AddSingleton<ScoreFeedService>()
            .AddSingleton<AccessHistory>()
            .AddSingleton<PersonExport>()
            .AddSingleton<PersonService>()
            .AddSingleton<AuditService>()
            .AddSingleton(new LedgerVerification())
            .AddSingleton<LedgerCheck>()
            .AddSingleton<LedgerService>();
    }

    // Which door leads where. Everything that is not OAuth, the error reference or health is a call and takes the pipeline.
    private static void Map(WebApplication app, GatewayOptions options)
    {
        var (unary, json) = MapCalls(app, options);
        var pipeline = app.Services.GetRequiredService<CallPipeline>();
        app.Use(next => http => unary.Find(http) is { } endpoint ? pipeline.InvokeAsync(http, endpoint) : next(http));
        app.MapWhen(http => http.Listener() == Listener.Internal, MapInternal);
        app.MapWhen(http => http.Listener() == Listener.Public, branch => MapPublic(branch, options));
        app.MapWhen(
            http => http.Listener() == Listener.Partner && AuthorizationServer.IsPartnerEndpoint(http.Request.Path),
            branch => branch.Use(AuthorizationServer.PrepareRequestAsync).UseAuthentication().Run(NotFoundAsync)
        );
        app.MapWhen(http => http.Listener() == Listener.Partner && CertificateEndpoint.IsHere(http), branch => branch.MapCertificates());
        app.UseRouting();
        app.Run(http =>
        {
            json.Choose(http);
            return pipeline.InvokeAsync(http, http.GetEndpoint()?.Metadata.GetMetadata<MethodEndpoint>());
        });

        // WebApplication would put the authorization server before every call; it belongs to the two branches above alone.
        ((IApplicationBuilder)app).Properties["__AuthenticationMiddlewareSet"] = true;
    }

    // Unary methods are served as gRPC and, where they have an HTTP rule, as HTTP+JSON; the gRPC framework serves the streams.
    private static (UnaryRouting Unary, JsonRouting Json) MapCalls(IEndpointRouteBuilder endpoints, GatewayOptions options)
    {
        var unary = new UnaryBinder(endpoints.ServiceProvider);
        var json = new JsonBinder(endpoints.ServiceProvider);
        Map<CreditScoreService>(Contracts.Partner.V1.CreditScoreService.BindService);
        Map<EligibilityService>(Contracts.Partner.V1.EligibilityService.BindService);
        Map<DepositWaiverService>(Contracts.Partner.V1.DepositWaiverService.BindService);
        Map<DeferredPaymentService>(Contracts.Partner.V1.DeferredPaymentService.BindService);
        Map<CreditBadgeService>(Contracts.Partner.V1.CreditBadgeService.BindService);
        Map<FulfilmentService>(Contracts.Partner.V1.FulfilmentService.BindService);
        Map<FulfilmentExportService>(Contracts.Operator.V1.FulfilmentExportService.BindService);
        Map<ConsentService>(Contracts.Partner.V1.ConsentService.BindService);
        Map<EventService>(Contracts.Partner.V1.EventService.BindService);
        Map<WebhookService>(Contracts.Partner.V1.WebhookService.BindService);
        Map<PartnerAdminService>(Contracts.Operator.V1.PartnerAdminService.BindService);
        Map<OnboardingService>(Contracts.Operator.V1.OnboardingService.BindService);
        Map<KeyService>(Contracts.Operator.V1.KeyService.BindService);
        Map<ProgrammeAdminService>(Contracts.Operator.V1.ProgrammeAdminService.BindService);
        Map<ScoreFeedService>(Contracts.Operator.V1.ScoreFeedService.BindService);
        Map<PersonService>(Contracts.Operator.V1.PersonService.BindService);
        Map<AuditService>(Contracts.Operator.V1.AuditService.BindService);
        Map<LedgerService>(Contracts.Operator.V1.LedgerService.BindService);
        endpoints.MapGrpcHealthChecksService().WithMethodPolicies();
        if (options.Mode == GatewayMode.Sandbox)
        {
            endpoints.MapGrpcReflectionService().WithMethodPolicies();
            Map<SandboxService>(Contracts.Operator.V1.SandboxService.BindService);
        }

        return (unary.Routing, json.Routing);

        void Map<TService>(Action<ServiceBinderBase, TService> bind)
            where TService : class
        {
            var service = endpoints.ServiceProvider.GetRequiredService<TService>();
            bind(unary, service);
            bind(json, service);
            endpoints.MapGrpcService<TService>().WithMethodPolicies();
        }
    }

    private static void MapInternal(IApplicationBuilder branch)
    {
        branch.UseHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        branch.UseHealthChecks(
            "/health/ready",
            new HealthCheckOptions { ResultStatusCodes = { [HealthStatus.Degraded] = StatusCodes.Status503ServiceUnavailable } }
        );
        branch.UseOpenTelemetryPrometheusScrapingEndpoint("/metrics");
        branch.Run(NotFoundAsync);
    }

    private static void MapPublic(IApplicationBuilder branch, GatewayOptions options)
    {
        // What a caller calls the gateway has no part in the addresses that it tells: metadata, and where a login comes back to.
        var host = HostString.FromUriComponent(new Uri(options.Listeners.PublicUrl));
        branch.Use(
            (http, next) =>
            {
                http.Request.Host = host;
                return next(http);
            }
        );

        branch.MapBadges();
        branch.MapWhen(ApiReference.IsReference, reference => reference.MapReference(options));
        branch.MapCertificates();

        // The token endpoint needs the client's certificate, which this door does not ask for.
        branch.MapWhen(
            http => http.Request.Path.StartsWithSegments("/.well-known", StringComparison.Ordinal),
            metadata => metadata.UseAuthentication().Run(NotFoundAsync)
        );
        branch.MapWhen(CodeFlowSetup.IsAuthorization, authorization => authorization.MapAuthorization());
        branch.MapWhen(PageSetup.IsPage, pages => pages.MapPages(options, PersonPageRoutes.MapPersonPages));
        branch.Run(branch.ApplicationServices.GetRequiredService<ErrorPages>().WriteAsync);
    }

    private static Task NotFoundAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
