using System.Net;
using System.Text.Json.Nodes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.TestSupport;
using Xunit;
using static SesameGrpc.Functional.Tests.OperatorCommands;

namespace SesameGrpc.Functional.Tests.Onboarding;

/// <summary>`sesame csr list|sign` where the gateway has no CA's key: the operator signs on the machine that has it.</summary>
public sealed class SigningCommandTests : IDisposable
{
    private readonly string folder = TestEnvironment.NewDirectory("signing-commands");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Sign_WithTheCaThatTheGatewayTrusts_GivesThePartnerItsCertificate()
    {
        await using var gateway = await StartAsync();
        var code = await InviteAsync(gateway, "bike");
        using var applicant = new CertificateApplicant(gateway);
        Assert.Equal(HttpStatusCode.Accepted, (await applicant.AskWithInvitationAsync(code)).Status);
        var (ca, key) = Authority("ca", gateway.Authority);

        var listed = await RunAsync(gateway, "csr", "list", "--json");
        var signed = await RunAsync(
            gateway,
            "csr",
            "sign",
            "bike",
            "--issuer-certificate",
            ca,
            "--issuer-key",
            key,
            "--days",
            "30",
            "--json"
        );
        var left = await RunAsync(gateway, "csr", "list", "--json");
        var all = await RunAsync(gateway, "csr", "list", "--all", "--json");

        Assert.Equal(("bike", "WAITING"), Row(listed));
        Assert.Equal((0, ""), (signed.ExitCode, signed.Error));
        Assert.Equal((0, ""), (left.ExitCode, left.Output));
        Assert.Equal(("bike", "ISSUED"), Row(all));
        using var certificate = applicant.WithKey(await applicant.AskWithInvitationAsync(code));
        Assert.Equal(30, (certificate.NotAfter - certificate.NotBefore).TotalDays, 1.0);
        Assert.NotEmpty(await gateway.TokenAsync("bike", certificate, "score.read"));
    }

    [Fact]
    public async Task Sign_WithWhatDoesNotFit_SaysSo_AndLeavesTheRequest()
    {
        await using var gateway = await StartAsync();
        var code = await InviteAsync(gateway, "bike");
        using var applicant = new CertificateApplicant(gateway);
        await applicant.AskWithInvitationAsync(code);
        using var stranger = new TestAuthority("Elsewhere");
        var (ca, key) = Authority("ca", gateway.Authority);
        var (otherCa, otherKey) = Authority("other", stranger);

        var nobody = await SignAsync("nobody", ca, key);
        var gone = await SignAsync("bike", ca, Path.Combine(folder, "gone.pem"));
        var unfit = await SignAsync("bike", ca, otherKey);
        var noCa = await SignAsync("bike", FileOf(gateway, "operator.pem"), FileOf(gateway, "operator.key.pem"));
        var elsewhere = await SignAsync("bike", otherCa, otherKey);
        var ever = await SignAsync("bike", ca, key, "--days", "399");

        Assert.Equal((2, "USAGE"), Refusal(nobody));
        Assert.Equal((1, "FILE_NOT_FOUND"), Refusal(gone));
        Assert.Equal((2, "USAGE"), Refusal(unfit));
        Assert.Contains("--issuer-key", unfit.Error, StringComparison.Ordinal);
        Assert.Equal((2, "USAGE"), Refusal(noCa));
        Assert.Contains("--issuer-certificate", noCa.Error, StringComparison.Ordinal);
        Assert.Equal((1, "FIELD_INVALID"), Refusal(elsewhere));
        Assert.Equal((2, "USAGE"), Refusal(ever));
        Assert.Equal(("bike", "WAITING"), Row(await RunAsync(gateway, "csr", "list", "--json")));

        Task<(int ExitCode, string Output, string Error)> SignAsync(string id, string authority, string itsKey, params string[] more) =>
            RunAsync(gateway, ["csr", "sign", id, "--issuer-certificate", authority, "--issuer-key", itsKey, "--json", .. more]);
    }

    private static async Task<GatewayUnderTest> StartAsync()
    {
        var settings = new Dictionary<string, string?> { ["Sesame:Onboarding:IssuerCertificate"] = "" };
        var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Settings = settings });
        WriteCertificate(gateway);
        return gateway;
    }

    private static async Task<string> InviteAsync(GatewayUnderTest gateway, string id)
    {
        var partner = new Partner
        {
            Partner_ = id,
            Kind = PartnerKind.Lender,
            DisplayName = id,
            Scopes = { ConnectedPartner.AllScopes },
        };
        await gateway.Partners.CreatePartnerAsync(
            new()
            {
                RequestId = id,
                Partner = partner,
                Invited = true,
            }
        );
        return (await gateway.Onboarding.InvitePartnerAsync(new() { RequestId = $"{id}-invited", Partner = id })).Invitation.Code;
    }

    private static (string?, string?) Row((int ExitCode, string Output, string Error) run)
    {
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var row = JsonNode.Parse(run.Output)!;
        return ((string?)row["partner"], (string?)row["state"]);
    }

    private static (int, string?) Refusal((int ExitCode, string Output, string Error) run) =>
        (run.ExitCode, (string?)JsonNode.Parse(run.Error)!["error"]!["reason"]);

    private (string Certificate, string Key) Authority(string name, TestAuthority authority)
    {
        var (certificate, key) = (Path.Combine(folder, $"{name}.pem"), Path.Combine(folder, $"{name}.key.pem"));
        PemFiles.WriteWithKey(certificate, key, authority.Certificate);
        return (certificate, key);
    }
}
