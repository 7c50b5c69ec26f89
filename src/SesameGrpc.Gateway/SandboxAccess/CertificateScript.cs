using System.Security.Cryptography;
using System.Text;
using SesameGrpc.Gateway.Onboarding;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.SandboxAccess;

/// <summary>Warns of a certificate that nobody has: the partner's own is not about to end, and waiting for it would outlast every token.</summary>
internal static class CertificateScript
{
    public static async Task WarnAsync(TriggerScene scene)
    {
        var days = CertificateExpiryRules.Stages[^1];
        var thumbprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(scene.Reference)));
        var end = scene.Services.Time.GetUtcNow().AddDays(days).ToMicros();
        await scene.Services.Certificates.WarnAsync(new PartnerCertificateRow(thumbprint, scene.PartnerId, end), days, scene.Cancellation);
        scene.IsAbout("certificate", thumbprint);
    }
}
