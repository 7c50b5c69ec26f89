using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SesameGrpc.Client.Calls;
using SesameGrpc.Client.Connections;

namespace SesameGrpc.Client;

/// <summary>
/// A partner's way to the gateway: mutual TLS, a token bound to the certificate on every call, one client for each area. Safe for use by many threads at once; one is enough for a program.
/// </summary>
public sealed class SesameClient : IDisposable
{
    private readonly ConnectionSource connections;

    /// <summary>Reads the certificate; connects at the first call.</summary>
    /// <param name="options">Who calls and where. <see cref="Microsoft.Extensions.Options.OptionsValidationException"/> when something in them is wrong.</param>
    /// <param name="time">Clock for tokens, pauses and expiry. Default: the machine's.</param>
    /// <param name="logging">Where replaced and expiring certificates are told of. Default: nowhere.</param>
    public SesameClient(SesameClientOptions options, TimeProvider? time = null, ILoggerFactory? logging = null)
    {
        time ??= TimeProvider.System;
        ClientOptionsValidator.Check(options, time);
        connections = new ConnectionSource(options, time, (logging ?? NullLoggerFactory.Instance).CreateLogger<SesameClient>());
        var calls = new CallRunner(connections, options, time);
        Invoker = calls.Invoker;
        CreditScores = new CreditScoresClient(calls);
        Eligibility = new EligibilityClient(calls);
        DepositWaivers = new DepositWaiversClient(calls);
        DeferredPayments = new DeferredPaymentsClient(calls);
        CreditBadges = new CreditBadgesClient(calls);
        Fulfilments = new FulfilmentsClient(calls);
        Consents = new ConsentsClient(calls);
        Events = new EventsClient(calls);
        Webhooks = new WebhooksClient(calls);
    }

    /// <summary>Scores of persons.</summary>
    public CreditScoresClient CreditScores { get; }

    /// <summary>Decisions on programmes.</summary>
    public EligibilityClient Eligibility { get; }

    /// <summary>Waived deposits.</summary>
    public DepositWaiversClient DepositWaivers { get; }

    /// <summary>Visits that are paid for afterwards.</summary>
    public DeferredPaymentsClient DeferredPayments { get; }

    /// <summary>Badges on profiles.</summary>
    public CreditBadgesClient CreditBadges { get; }

    /// <summary>Reports of how persons kept their agreements.</summary>
    public FulfilmentsClient Fulfilments { get; }

    /// <summary>What persons have agreed to.</summary>
    public ConsentsClient Consents { get; }

    /// <summary>What has happened to the partner's objects.</summary>
    public EventsClient Events { get; }

    /// <summary>Endpoints that events are pushed to.</summary>
    public WebhooksClient Webhooks { get; }

    /// <summary>
    /// For generated clients and for tools: sends each call once, with the token and on the connection of the moment, and leaves deadline, request_id, retries and <see cref="RpcException"/> to the
    /// caller (<see cref="SesameException.From"/> reads one).
    /// </summary>
    public CallInvoker Invoker { get; }

    /// <summary>The partner's access token: the one at hand, or a new one. Throws <see cref="SesameException"/> where the issuer gives none.</summary>
    public async Task<AccessToken> GetAccessTokenAsync(CancellationToken cancellationToken = default)
    {
        var connection = connections.Enter();
        try
        {
            return await connection.Tokens.GetAsync(cancellationToken);
        }
        finally
        {
            connection.Leave();
        }
    }

    /// <summary>Looks for another certificate at once, rather than at the next interval; true when it has taken over.</summary>
    public Task<bool> RefreshCertificateAsync(CancellationToken cancellationToken = default) => connections.RefreshAsync(cancellationToken);

    /// <summary>Makes no more calls; those under way go on to their end.</summary>
    public void Dispose() => connections.Dispose();
}
