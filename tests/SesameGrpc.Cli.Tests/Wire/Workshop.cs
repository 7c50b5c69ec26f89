using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Cli.Certificates;

namespace SesameGrpc.Cli.Tests.Wire;

/// <summary>Where misconfigurations are made: files, certificates and servers around one sandbox, gone with it.</summary>
internal sealed class Workshop(DevSandbox sandbox) : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly CancellationTokenSource stop = new();

    public string PartnerUrl => sandbox.PartnerUrl;

    public string PublicUrl => sandbox.PublicUrl;

    public string OperatorUrl => sandbox.OperatorUrl;

    /// <summary>The listener for probes, which speaks plain HTTP.</summary>
    public string InternalAsHttps => sandbox.InternalUrl.Replace("http:", "https:", StringComparison.Ordinal);

    public string Path(string name) => System.IO.Path.Combine(sandbox.Certs, name);

    public string Certificate(string partner) => Path($"partners/{partner}.pem");

    public string Key(string partner) => Path($"partners/{partner}.key.pem");

    public string EncryptedKey()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(Key("hello-bike")));
        var sealing = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        return folder.File("encrypted.key.pem", key.ExportEncryptedPkcs8PrivateKeyPem("secret", sealing));
    }

    public string OtherCa()
    {
        using var other = new CertificateMint(TimeProvider.System).MintAuthority("Another CA");
        return folder.File("other-ca.pem", other.ExportCertificatePem());
    }

    /// <summary>A certificate of hello-bike that begins so many days from now, by the sandbox's CA.</summary>
    public string[] MintFrom(int days)
    {
        using var authority = X509Certificate2.CreateFromPemFile(Path("ca.pem"), Path("ca.key.pem"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=hello-bike", key, HashAlgorithmName.SHA256);
        var begin = TimeProvider.System.GetUtcNow().AddDays(days);
        var generator = X509SignatureGenerator.CreateForECDsa(authority.GetECDsaPrivateKey()!);
        using var certificate = request.Create(authority.SubjectName, generator, begin, begin.AddDays(90), [1, 2, 3]);
        return Calling(
            folder.File("dated.pem", certificate.ExportCertificatePem()),
            folder.File("dated.key.pem", key.ExportPkcs8PrivateKeyPem())
        );
    }

    /// <summary>A certificate by the sandbox's CA that names something.</summary>
    public string[] MintNaming(params string[] identities)
    {
        using var authority = X509Certificate2.CreateFromPemFile(Path("ca.pem"), Path("ca.key.pem"));
        using var certificate = new CertificateMint(TimeProvider.System).MintClient(
            authority,
            "somebody",
            [.. identities.Select(identity => new Uri(identity))]
        );
        var key = certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
        return Calling(folder.File("named.pem", certificate.ExportCertificatePem()), folder.File("named.key.pem", key));
    }

    /// <summary>A partner who was added, and suspended.</summary>
    public async Task<string[]> SuspendedPartnerAsync()
    {
        string[] terms = ["--kind", "lender", "--scope", "score.read", "--programme", "library.card_free"];
        await sandbox.AsOperatorAsync(["partner", "add", "suspended-partner", "--name", "S", .. terms]);
        await sandbox.AsOperatorAsync("partner", "suspend", "suspended-partner");
        return ["--partner", "suspended-partner"];
    }

    public async Task<string[]> TokenOfAnotherAsync() =>
        ["--token", (string)(await sandbox.AsPartnerAsync("token", "--partner", "huashan-hospital")).Json["access_token"]!];

    /// <summary>The gateway at an address that its certificate does not name.</summary>
    public string RelayUnderAnotherName()
    {
        var listener = Listen(IPAddress.Parse("127.0.0.2"));
        _ = ServeAsync(
            listener,
            async client =>
            {
                using var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, new Uri(PartnerUrl).Port, stop.Token);
                var (one, other) = (client.GetStream(), server.GetStream());
                await Task.WhenAny(one.CopyToAsync(other, stop.Token), other.CopyToAsync(one, stop.Token));
            }
        );
        return $"https://127.0.0.2:{Port(listener)}";
    }

    /// <summary>What stands in front of some gateways: a server with the right certificate that knows HTTP/1.1 only.</summary>
    public string Http1Server()
    {
        var listener = Listen(IPAddress.Loopback);
        var pem = X509Certificate2.CreateFromPemFile(Path("server.pem"), Path("server.key.pem"));
        var certificate = SslStreamCertificateContext.Create(pem, null, offline: true);
        _ = ServeAsync(
            listener,
            async client =>
            {
                await using var tls = new SslStream(client.GetStream());
                var options = new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = certificate,
                    ApplicationProtocols = [SslApplicationProtocol.Http11],
                };
                await tls.AuthenticateAsServerAsync(options, stop.Token);
                await tls.ReadExactlyAsync(new byte[1], stop.Token);
            }
        );
        return $"https://localhost:{Port(listener)}";
    }

    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
        folder.Dispose();
    }

    private static string[] Calling(string certificate, string key) => ["--certificate", certificate, "--key", key];

    private static TcpListener Listen(IPAddress address)
    {
        var listener = new TcpListener(address, 0);
        listener.Start();
        return listener;
    }

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private async Task ServeAsync(TcpListener listener, Func<TcpClient, Task> serve)
    {
        using (listener)
        {
            while (!stop.IsCancellationRequested)
            {
                using var client = await listener.AcceptTcpClientAsync(stop.Token);
                try
                {
                    await serve(client);
                }
                catch (Exception exception) when (exception is IOException or AuthenticationException or SocketException)
                {
                    // Whoever was served has gone.
                }
            }
        }
    }
}
