using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Client;

/// <summary>A partner's connection to the gateway: mutual TLS, a bound access token on every call, the generated clients.</summary>
public sealed class SesamePartnerClient : IDisposable
{
    private readonly SocketsHttpHandler callHandler;
    private readonly SocketsHttpHandler tokenHandler;
    private readonly GrpcChannel channel;

    /// <summary>Connects at the first call.</summary>
    /// <param name="options">Who calls and where.</param>
    /// <param name="time">Clock for token renewal and deadlines.</param>
    /// <param name="accessToken">Gives the token to send; default: the tokens of this partner's <see cref="Tokens"/>.</param>
    public SesamePartnerClient(SesameClientOptions options, TimeProvider time, Func<CancellationToken, Task<string>>? accessToken = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Two handlers: a channel takes its handler's connections into its own hands, so no other client can use it.
        callHandler = MutualTlsHandler.Create(options.Certificates, resumeSessions: true);
        tokenHandler = MutualTlsHandler.Create(options.Certificates, resumeSessions: false);
        Tokens = new AccessTokenSource(options, tokenHandler, time);
        accessToken ??= async cancellationToken => (await Tokens.GetAsync(cancellationToken)).Value;
        var bearer = CallCredentials.FromInterceptor(
            async (context, metadata) => metadata.Add("authorization", "Bearer " + await accessToken(context.CancellationToken))
        );
        channel = GrpcChannel.ForAddress(
            options.GatewayUrl,
            new GrpcChannelOptions
            {
                HttpHandler = callHandler,
                Credentials = ChannelCredentials.Create(ChannelCredentials.SecureSsl, bearer),
            }
        );
        var calls = channel.Intercept(new DefaultDeadlineInterceptor(options.CallTimeout, time));
        Invoker = calls;
        CreditScores = new CreditScoreService.CreditScoreServiceClient(calls);
        Eligibility = new EligibilityService.EligibilityServiceClient(calls);
        DepositWaivers = new DepositWaiverService.DepositWaiverServiceClient(calls);
        DeferredPayments = new DeferredPaymentService.DeferredPaymentServiceClient(calls);
        CreditBadges = new CreditBadgeService.CreditBadgeServiceClient(calls);
        Fulfilments = new FulfilmentService.FulfilmentServiceClient(calls);
        Consents = new ConsentService.ConsentServiceClient(calls);
        Events = new EventService.EventServiceClient(calls);
        Webhooks = new WebhookService.WebhookServiceClient(calls);
    }

    /// <summary>The partner's access tokens.</summary>
    public AccessTokenSource Tokens { get; }

    /// <summary>Makes calls by descriptor, for tools that know a method by its name alone.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>Scores of persons.</summary>
    public CreditScoreService.CreditScoreServiceClient CreditScores { get; }

    /// <summary>Decisions on programmes.</summary>
    public EligibilityService.EligibilityServiceClient Eligibility { get; }

    /// <summary>Waived deposits.</summary>
    public DepositWaiverService.DepositWaiverServiceClient DepositWaivers { get; }

    /// <summary>Visits that are paid for afterwards.</summary>
    public DeferredPaymentService.DeferredPaymentServiceClient DeferredPayments { get; }

    /// <summary>Badges on profiles.</summary>
    public CreditBadgeService.CreditBadgeServiceClient CreditBadges { get; }

    /// <summary>Reports of how persons kept their agreements.</summary>
    public FulfilmentService.FulfilmentServiceClient Fulfilments { get; }

    /// <summary>What persons have agreed to.</summary>
    public ConsentService.ConsentServiceClient Consents { get; }

    /// <summary>What has happened to the partner's objects.</summary>
    public EventService.EventServiceClient Events { get; }

    /// <summary>Endpoints that events are pushed to.</summary>
    public WebhookService.WebhookServiceClient Webhooks { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        channel.Dispose();
        Tokens.Dispose();
        tokenHandler.Dispose();
        callHandler.Dispose();
    }
}
