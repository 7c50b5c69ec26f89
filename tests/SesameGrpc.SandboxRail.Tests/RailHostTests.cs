using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace SesameGrpc.SandboxRail.Tests;

public sealed class RailHostTests : IDisposable
{
    private readonly DirectoryInfo files = Directory.CreateTempSubdirectory("rail-");
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public RailHostTests()
    {
        using var certificate = new CertificateRequest("CN=rail", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(100)
        );
        File.WriteAllText(PathOf("rail.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf("rail.key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    [Fact]
    public void Build_KeyOfAnotherCertificate_SaysSoInOneLine()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(PathOf("rail.key.pem"), other.ExportPkcs8PrivateKeyPem());

        Assert.StartsWith("SandboxRail:Certificate and SandboxRail:Key are not usable: ", RefusalOf("rail.pem"), StringComparison.Ordinal);
    }

    [Fact]
    public void Build_AuthoritiesWithoutACertificate_SaysSoInOneLine() =>
        Assert.Equal(
            $"SandboxRail:ClientCa is \"{PathOf("rail.key.pem")}\"; allowed: a PEM file with at least one certificate.",
            RefusalOf("rail.key.pem")
        );

    public void Dispose()
    {
        key.Dispose();
        files.Delete(recursive: true);
    }

    private string RefusalOf(string authorities)
    {
        var message = Assert
            .Throws<RailConfigurationException>(() =>
                RailHost.Build(
                    WebApplication.CreateSlimBuilder([
                        $"--SandboxRail:Certificate={PathOf("rail.pem")}",
                        $"--SandboxRail:Key={PathOf("rail.key.pem")}",
                        $"--SandboxRail:ClientCa={PathOf(authorities)}",
                        $"--SandboxRail:Journal={PathOf("rail.jsonl")}",
                    ])
                )
            )
            .Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private string PathOf(string name) => Path.Combine(files.FullName, name);
}
