// The first secured call in C#: an access token over mutual TLS, then CheckEligibility. Usage: dotnet run SUBJECT...
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using SesameGrpc.Contracts.Partner.V1;

static string Setting(string name) => Environment.GetEnvironmentVariable("SESAME_" + name) ?? throw new($"SESAME_{name} is not set.");
var (gateway, partner, certs) = (Setting("GATEWAY"), Setting("PARTNER"), Setting("CERTS"));
using var certificate = X509Certificate2.CreateFromPemFile($"{certs}/partners/{partner}.pem", $"{certs}/partners/{partner}.key.pem");
var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
trust.CustomTrustStore.ImportFromPemFile($"{certs}/ca.pem");
SocketsHttpHandler MutualTls() => new() { SslOptions = { ClientCertificates = [certificate], CertificateChainPolicy = trust } };

// OAuth's client_credentials; the certificate proves who asks, and the token works with this certificate only (RFC 8705).
using var http = new HttpClient(MutualTls());
var form = $"grant_type=client_credentials&client_id={partner}&scope=eligibility.check";
using var body = new StringContent(form, encoding: null, "application/x-www-form-urlencoded");
using var answer = (await http.PostAsync($"{gateway}/connect/token", body)).EnsureSuccessStatusCode();
var bearer = new Metadata { { "authorization", "Bearer " + JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["access_token"] } };

using var channel = GrpcChannel.ForAddress(gateway, new GrpcChannelOptions { HttpHandler = MutualTls() });
var eligibility = new EligibilityService.EligibilityServiceClient(channel);
foreach (var subject in args)
{
    try
    {
        var request = new CheckEligibilityRequest { Subject = subject, Programme = "bike.deposit_free" };
        var decision = await eligibility.CheckEligibilityAsync(request, bearer, DateTime.UtcNow.AddSeconds(10));
        var reasons = decision.Reasons.Select(detail => $" {detail.Reason} {detail.TextEn}");
        Console.WriteLine($"{subject} {decision.Decision}{string.Concat(reasons)}");
    }
    catch (RpcException error) // google.rpc.Status in a trailer: the reason, and the page on its cause and fix
    {
        var status = error.GetRpcStatus()!;
        Console.WriteLine($"{subject} {status.GetDetail<ErrorInfo>()!.Reason} {status.GetDetail<Help>()!.Links[0].Url}");
    }
}
