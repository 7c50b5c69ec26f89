using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace SesameGrpc.SandboxRail;

/// <summary>Builds the server: one listener, which only gateways with a certificate of the CA may enter.</summary>
internal static class RailHost
{
    /// <summary>The URI that a gateway's certificate carries begins so; partners' and operators' certificates of the same development CA do not.</summary>
    public const string GatewayUriPrefix = "urn:sesame:gateway:";

    /// <summary>Throws <see cref="RailConfigurationException"/> when a setting is wrong.</summary>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var options = new RailHostOptions();
        builder.Configuration.GetSection("SandboxRail").Bind(options);
        Check(options);
        var certificate = ReadCertificate(options);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(options.ClientCa);
        Require(authorities.Count > 0, nameof(options.ClientCa), options.ClientCa, "a PEM file with at least one certificate");
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options.Port, certificate, authorities));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new CollectionBook(options.Journal, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<SandboxRailService>();
        builder.Services.AddGrpc();
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.None);
        var app = builder.Build();

        // The journal is read before the listener opens.
        _ = app.Services.GetRequiredService<CollectionBook>();
        app.MapGrpcService<SandboxRailService>();
        return app;
    }

    private static void Check(RailHostOptions options)
    {
        Require(options.Port is >= 0 and <= 65535, nameof(options.Port), options.Port.ToString(), "0 to 65535");
        Require(File.Exists(options.Certificate), nameof(options.Certificate), options.Certificate, "the path of a readable file");
        Require(File.Exists(options.Key), nameof(options.Key), options.Key, "the path of a readable file");
        Require(File.Exists(options.ClientCa), nameof(options.ClientCa), options.ClientCa, "the path of a readable file");
        Require(options.Journal.Length > 0, nameof(options.Journal), options.Journal, "the path of a file");
    }

    private static void Require(bool holds, string key, string value, string allowed)
    {
        if (!holds)
        {
            throw new RailConfigurationException($"SandboxRail:{key} is \"{value}\"; allowed: {allowed}.");
        }
    }

    private static X509Certificate2 ReadCertificate(RailHostOptions options)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(options.Certificate, options.Key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new RailConfigurationException($"SandboxRail:Certificate and SandboxRail:Key are not usable: {exception.Message}");
        }
    }

    private static void Listen(
        KestrelServerOptions kestrel,
        int port,
        X509Certificate2 certificate,
        X509Certificate2Collection authorities
    ) =>
        kestrel.Listen(
            IPAddress.Loopback,
            port,
            listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UseHttps(
                    new HttpsConnectionAdapterOptions
                    {
                        ServerCertificate = certificate,
                        SslProtocols = SslProtocols.Tls13,
                        ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                        ClientCertificateValidation = (client, _, _) => IsGateway(client, authorities),
                    }
                );
            }
        );

    private static bool IsGateway(X509Certificate2 client, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return client.GetNameInfo(X509NameType.UrlName, forIssuer: false).StartsWith(GatewayUriPrefix, StringComparison.Ordinal)
            && chain.Build(client);
    }
}
