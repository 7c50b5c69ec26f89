using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Tls;

namespace SesameGrpc.Gateway.Listeners;

/// <summary>Opens the four doors. TLS material is taken from its source at each handshake, so new certificates need no restart.</summary>
internal static class KestrelListeners
{
    public static void Configure(KestrelServerOptions kestrel, GatewayOptions options)
    {
        kestrel.AddServerHeader = false;

        // Messages have limits of their own. The usual lowest rate of a body stays: gRPC lifts it where the client streams.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 256;
        var tls = kestrel.ApplicationServices.GetRequiredService<TlsMaterialSource>();
        var allowTls12 = options.Tls.AllowTls12;
        Open(
            kestrel,
            options.Listeners.Partner,
            Listener.Partner,
            HttpProtocols.Http1AndHttp2,
            Mutual(tls, material => material.PartnerCa, allowTls12, allowResume: true)
        );
        Open(kestrel, options.Listeners.Public, Listener.Public, HttpProtocols.Http1AndHttp2, ServerOnly(tls, allowTls12));
        Open(
            kestrel,
            options.Listeners.Operator,
            Listener.Operator,
            HttpProtocols.Http2,
            Mutual(tls, material => material.OperatorCa, allowTls12, allowResume: false)
        );
        Open(kestrel, options.Listeners.Internal, Listener.Internal, HttpProtocols.Http1, null);
    }

    private static void Open(
        KestrelServerOptions kestrel,
        string address,
        Listener listener,
        HttpProtocols protocols,
        TlsHandshakeCallbackOptions? handshake
    )
    {
        kestrel.Listen(
            IPEndPoint.Parse(address),
            listen =>
            {
                listen.Protocols = protocols;
                listen.Use(next =>
                    connection =>
                    {
                        connection.Features.Set(new CallerConnection(listener));
                        return next(connection);
                    }
                );
                if (handshake is not null)
                {
                    listen.UseHttps(handshake);
                }

                if (listener == Listener.Partner)
                {
                    listen.Use(AnswerGate.Use);
                }
            }
        );
    }

    private static TlsHandshakeCallbackOptions Mutual(
        TlsMaterialSource tls,
        Func<TlsMaterial, X509Certificate2Collection> authorities,
        bool allowTls12,
        bool allowResume
    ) =>
        new()
        {
            OnConnection = context =>
            {
                var material = tls.Current;
                var server = Server(material, allowTls12, allowResume);
                server.ClientCertificateRequired = true;
                server.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
                server.CertificateChainPolicy = ChainPolicy(authorities(material));
                server.RemoteCertificateValidationCallback = (_, certificate, chain, _) => Keep(context.Connection, certificate, chain);
                return ValueTask.FromResult(server);
            },
        };

    private static TlsHandshakeCallbackOptions ServerOnly(TlsMaterialSource tls, bool allowTls12) =>
        new() { OnConnection = _ => ValueTask.FromResult(Server(tls.Current, allowTls12, allowResume: false)) };

    // .NET keeps one set of session ticket keys per server certificate, whatever the port, while many clients keep tickets by host name. A ticket of
    // the public listener resumed at the partner listener would be a session without a client certificate, and its handshake would fail. So partners
    // alone, whose connections are the many, get tickets.
    private static SslServerAuthenticationOptions Server(TlsMaterial material, bool allowTls12, bool allowResume) =>
        new()
        {
            ServerCertificateContext = material.Server,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            AllowTlsResume = allowResume,
            EnabledSslProtocols = allowTls12 ? SslProtocols.Tls12 | SslProtocols.Tls13 : SslProtocols.Tls13,
        };

    private static X509ChainPolicy ChainPolicy(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    // The handshake proves that the client holds the key. Whom the certificate names is judged per call, where the answer can say why.
    private static bool Keep(ConnectionContext connection, X509Certificate? certificate, X509Chain? chain)
    {
        if (certificate is not X509Certificate2 client)
        {
            return false;
        }

        var own = X509CertificateLoader.LoadCertificate(client.RawData);
        var intermediates = chain?.ChainPolicy.ExtraStore.Select(sent => X509CertificateLoader.LoadCertificate(sent.RawData)) ?? [];
        var proven = new ClientCertificate(own, intermediates);

        // The authorization server asks for it by itself: it knows no listeners.
        connection.Features.Set(proven);
        connection.Features.GetRequiredFeature<CallerConnection>().Certificate = proven;
        return true;
    }
}
