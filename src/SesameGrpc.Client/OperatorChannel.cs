using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using SesameGrpc.Client.Calls;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Client;

/// <summary>An operator's connection to the gateway: mutual TLS with an operator certificate, no token.</summary>
public sealed class OperatorChannel : IDisposable
{
    private readonly SocketsHttpHandler handler;
    private readonly GrpcChannel channel;

    /// <summary>Connects at the first call; unary calls that state no deadline get <paramref name="callTimeout"/>.</summary>
    public OperatorChannel(Uri operatorUrl, ClientCertificateOptions certificate, TimeSpan callTimeout, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(operatorUrl);
        handler = MutualTlsHandler.Create(certificate, resumeSessions: true);
        channel = GrpcChannel.ForAddress(operatorUrl, new GrpcChannelOptions { HttpHandler = handler });
        var calls = channel.Intercept(new DefaultDeadlineInterceptor(callTimeout, time));
        Invoker = calls;
        Partners = new PartnerAdminService.PartnerAdminServiceClient(calls);
        Onboarding = new OnboardingService.OnboardingServiceClient(calls);
        Keys = new KeyService.KeyServiceClient(calls);
        Programmes = new ProgrammeAdminService.ProgrammeAdminServiceClient(calls);
        ScoreFeed = new ScoreFeedService.ScoreFeedServiceClient(calls);
        Audit = new AuditService.AuditServiceClient(calls);
        Persons = new PersonService.PersonServiceClient(calls);
        Fulfilments = new FulfilmentExportService.FulfilmentExportServiceClient(calls);
        Ledger = new LedgerService.LedgerServiceClient(calls);
        Sandbox = new SandboxService.SandboxServiceClient(calls);
    }

    /// <summary>Makes calls by descriptor, for tools that know a method by its name alone.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>Partners and what they may do.</summary>
    public PartnerAdminService.PartnerAdminServiceClient Partners { get; }

    /// <summary>How partners get their certificates.</summary>
    public OnboardingService.OnboardingServiceClient Onboarding { get; }

    /// <summary>The gateway's own keys.</summary>
    public KeyService.KeyServiceClient Keys { get; }

    /// <summary>Programmes in force.</summary>
    public ProgrammeAdminService.ProgrammeAdminServiceClient Programmes { get; }

    /// <summary>Scores coming in.</summary>
    public ScoreFeedService.ScoreFeedServiceClient ScoreFeed { get; }

    /// <summary>Opting in and out.</summary>
    public PersonService.PersonServiceClient Persons { get; }

    /// <summary>The audit log.</summary>
    public AuditService.AuditServiceClient Audit { get; }

    /// <summary>Partners' reports of how persons kept their agreements, for scoring and for other bureaus.</summary>
    public FulfilmentExportService.FulfilmentExportServiceClient Fulfilments { get; }

    /// <summary>Obligations of every partner and person.</summary>
    public LedgerService.LedgerServiceClient Ledger { get; }

    /// <summary>A sandbox's clock, failures and events; production has none of it.</summary>
    public SandboxService.SandboxServiceClient Sandbox { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        channel.Dispose();
        handler.Dispose();
    }
}
