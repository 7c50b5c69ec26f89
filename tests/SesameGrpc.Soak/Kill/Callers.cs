using Grpc.Core;
using Grpc.Core.Interceptors;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Kill;

/// <summary>The connections of those who call: an operator, and partners once they are onboarded.</summary>
internal sealed class Callers(GatewaySite site)
{
    public const string Operator = "operator:kill";

    private readonly System.Security.Cryptography.X509Certificates.X509Certificate2 operatorCertificate = site.Authority.Operator("kill");
    private readonly Dictionary<string, ConnectedPartner> partners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CallInvoker> invokers = new(StringComparer.Ordinal);

    public static IReadOnlyList<string> Partners { get; } = ["bike", "umbrella", "charger"];

    public CallInvoker this[string caller] => invokers[caller];

    public ScoreFeedService.ScoreFeedServiceClient ScoreFeed => new(this[Operator]);

    public AuditService.AuditServiceClient Audit => new(this[Operator]);

    /// <summary>Opens new connections: one that was refused waits longer and longer before it tries again. Tokens stay.</summary>
    public void Reconnect()
    {
        invokers[Operator] = site.Channel(site.OperatorUrl, operatorCertificate).CreateCallInvoker();
        foreach (var (id, partner) in partners)
        {
            invokers[id] = site.Channel(site.PartnerUrl, partner.Certificate)
                .Intercept(metadata =>
                {
                    metadata.Add("authorization", $"Bearer {partner.Token}");
                    return metadata;
                });
        }
    }

    /// <summary>Gets tokens for the partners that have none; false when the gateway does not answer.</summary>
    public async Task<bool> ConnectPartnersAsync()
    {
        try
        {
            foreach (var partner in Partners.Where(partner => !partners.ContainsKey($"partner:{partner}")))
            {
                var connected = await site.ConnectAsync(partner);
                partners[$"partner:{partner}"] = connected;
                invokers[$"partner:{partner}"] = connected.Invoker;
            }

            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
