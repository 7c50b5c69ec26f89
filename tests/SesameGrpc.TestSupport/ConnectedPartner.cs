using System.Security.Cryptography.X509Certificates;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.TestSupport;

/// <summary>A partner with its certificate, its token and one open connection.</summary>
public sealed class ConnectedPartner(GrpcChannel channel, X509Certificate2 certificate, string token)
{
    public static string[] AllScopes { get; } =
    [
        "score.read",
        "score.band.read",
        "score.dimensions.read",
        "eligibility.check",
        "deposit_waiver.read",
        "deposit_waiver.write",
        "deferred_payment.read",
        "deferred_payment.write",
        "fulfilment.read",
        "fulfilment.write",
        "consent.read",
        "event.read",
        "webhook.read",
        "webhook.write",
    ];

    /// <summary>The scopes that a person agrees to.</summary>
    public static string[] ConsentScopes { get; } =
    [
        "score.read",
        "score.band.read",
        "score.dimensions.read",
        "eligibility.check",
        "deposit_waiver.write",
        "deferred_payment.write",
        "fulfilment.write",
    ];

    public X509Certificate2 Certificate { get; } = certificate;

    public string Token { get; } = token;

    public GrpcChannel Channel { get; } = channel;

    public CallInvoker Invoker { get; } =
        channel.Intercept(metadata =>
        {
            metadata.Add("authorization", $"Bearer {token}");
            return metadata;
        });

    public CreditScoreService.CreditScoreServiceClient Scores => new(Invoker);

    public ConsentService.ConsentServiceClient Consents => new(Invoker);

    public EligibilityService.EligibilityServiceClient Eligibility => new(Invoker);

    public DepositWaiverService.DepositWaiverServiceClient Waivers => new(Invoker);

    public DeferredPaymentService.DeferredPaymentServiceClient Visits => new(Invoker);

    public CreditBadgeService.CreditBadgeServiceClient Badges => new(Invoker);

    public FulfilmentService.FulfilmentServiceClient Fulfilments => new(Invoker);

    public EventService.EventServiceClient Events => new(Invoker);

    public WebhookService.WebhookServiceClient Webhooks => new(Invoker);

    /// <summary>Grants the programme's full amount under a new request and order id.</summary>
    public async Task<GrantDepositWaiverResponse> GrantAsync(string subject, string programme, string orderId, Money? amount = null) =>
        await Waivers.GrantDepositWaiverAsync(
            new GrantDepositWaiverRequest
            {
                RequestId = $"grant-{orderId}",
                OrderId = orderId,
                Subject = subject,
                Programme = programme,
                Amount = amount,
            }
        );
}

/// <summary>Reads what a refused call says, and checks what every refusal must carry.</summary>
public sealed record RefusedCall(StatusCode Code, string Reason, ErrorInfo Info, Google.Rpc.Status Status)
{
    /// <summary>Awaits a call that must be refused.</summary>
    public static async Task<RefusedCall> OfAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RpcException exception)
        {
            return Of(exception);
        }

        throw new InvalidOperationException("The call was answered OK, though it had to be refused.");
    }

    public static Task<RefusedCall> OfAsync<T>(AsyncUnaryCall<T> call) => OfAsync(async () => await call);

    public static RefusedCall Of(RpcException exception) => Of(exception.StatusCode, exception.GetRpcStatus());

    /// <summary>Throws when the status lacks something that every refusal must carry.</summary>
    public static RefusedCall Of(StatusCode code, Google.Rpc.Status? status)
    {
        if (StatusContract.FaultOf((int)code, status) is { } fault)
        {
            throw new InvalidOperationException(fault);
        }

        var info = status!.GetDetail<ErrorInfo>()!;
        return new RefusedCall(code, info.Reason, info, status!);
    }
}
