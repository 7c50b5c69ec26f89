using System.Security.Cryptography;
using SesameGrpc.Gateway.Tls;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Tls;

public sealed class ClientCertificateTests
{
    private static readonly CertificateVerdict Verdict = new("hello-bike", null, null, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Thumbprints_OfACertificate_AreTheSha256OfItsDer()
    {
        using var authority = TestAuthority.Ecdsa("authority");
        var client = new ClientCertificate(authority.Certificate, []);
        var hash = SHA256.HashData(authority.Certificate.RawData);

        Assert.Equal(Convert.ToHexStringLower(hash), client.Thumbprint);
        Assert.Equal(System.Buffers.Text.Base64Url.EncodeToString(hash), client.ConfirmationThumbprint);
    }

    [Fact]
    public void VerdictAt_OtherEpoch_IsForgotten()
    {
        using var authority = TestAuthority.Ecdsa("authority");
        var client = new ClientCertificate(authority.Certificate, []);
        Assert.Null(client.VerdictAt(0, Now));

        client.Keep(3, Verdict);
        Assert.Same(Verdict, client.VerdictAt(3, Now));
        Assert.Null(client.VerdictAt(2, Now));
        Assert.Null(client.VerdictAt(4, Now));
    }

    [Fact]
    public void VerdictAt_AfterACertificateThatItRestsOnHasEnded_IsForgotten()
    {
        using var authority = TestAuthority.Ecdsa("authority");
        var client = new ClientCertificate(authority.Certificate, []);
        client.Keep(3, Verdict);

        Assert.Null(client.VerdictAt(3, new DateTimeOffset(Verdict.ExpireTime).AddTicks(1)));
    }

    [Fact]
    public void Raise_Epoch_Rises()
    {
        var epoch = new TrustEpoch();
        var before = epoch.Current;
        epoch.Raise();

        Assert.Equal(before + 1, epoch.Current);
    }
}
