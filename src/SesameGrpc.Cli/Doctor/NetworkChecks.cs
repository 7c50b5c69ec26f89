using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.Doctor;

/// <summary>The way to the gateway and to the issuer, and what stands at its end, without showing who calls.</summary>
internal static class NetworkChecks
{
    public static Task<Finding> ProxyAsync(PartnerSetup setup, CancellationToken cancellationToken) =>
        OfEachAsync(
            setup,
            async (_, url) =>
            {
                if (Dialling.ProxyOf(url) is not { } proxy)
                {
                    return Finding.Ok("None in between.");
                }

                try
                {
                    await using var connection = await WithinAsync(url, Dialling.ConnectAsync, cancellationToken);
                    return Finding.Ok($"The proxy {proxy} leads to {url.Authority}.");
                }
                catch (Exception exception) when (exception is SocketException or ProxyException or TimeoutException)
                {
                    return Finding.Wrong(
                        $"The proxy {proxy}, which the environment names, does not lead to {url.Authority}: {exception.Message}.",
                        $"Go past it: export NO_PROXY={url.Host}. Or correct HTTPS_PROXY."
                    );
                }
            }
        );

    public static Task<Finding> NameAsync(PartnerSetup setup, CancellationToken cancellationToken) =>
        OfEachAsync(
            setup,
            async (option, url) =>
            {
                if (Dialling.ProxyOf(url) is not null)
                {
                    return Finding.Absent("The proxy looks names up.");
                }

                try
                {
                    var addresses = await Dns.GetHostAddressesAsync(url.IdnHost, cancellationToken);
                    return Finding.Ok($"{url.Host} is {string.Join(", ", addresses.AsEnumerable())}.");
                }
                catch (SocketException exception)
                {
                    return Finding.Wrong(
                        $"The name {url.Host} has no address: {exception.Message}.",
                        $"Correct {option}, the DNS or /etc/hosts."
                    );
                }
            }
        );

    public static Task<Finding> PortAsync(PartnerSetup setup, CancellationToken cancellationToken) =>
        OfEachAsync(
            setup,
            async (option, url) =>
            {
                try
                {
                    await using var connection = await WithinAsync(url, Dialling.ConnectAsync, cancellationToken);
                    return Finding.Ok($"{url.Authority} is open.");
                }
                catch (SocketException exception)
                {
                    return Finding.Wrong(
                        $"Nobody listens at {url.Authority}: {exception.Message}.",
                        $"Start the gateway (`sesame dev`), or correct the port in {option}."
                    );
                }
                catch (TimeoutException exception)
                {
                    return Finding.Wrong(
                        $"{url.Authority}: {exception.Message}.",
                        $"Have the firewall let you through, or correct {option}."
                    );
                }
            }
        );

    public static Task<Finding> TlsAsync(PartnerSetup setup, CancellationToken cancellationToken) =>
        OfEachAsync(
            setup,
            async (option, url) =>
            {
                try
                {
                    var hello = setup.Hellos[url] = await WithinAsync(url, TlsHello.AskAsync, cancellationToken);
                    if (hello.Certificate is not null)
                    {
                        return Finding.Ok($"{url.Authority} shows {hello.Certificate.Subject}.");
                    }

                    var spoken = await WithinAsync(url, TlsHello.IsPlainHttpAsync, cancellationToken) ? "plain HTTP" : "no TLS 1.2 or 1.3";
                    return Finding.Wrong(
                        $"{url.Authority} speaks {spoken}.",
                        $"Correct the port in {option}: partners call 7443, the issuer is 7444, 7446 is for probes only. A proxy in front must pass TLS on unopened."
                    );
                }
                catch (TimeoutException exception)
                {
                    return Finding.Wrong(
                        $"{url.Authority} is open, but in the handshake there was {exception.Message}.",
                        "The gateway hangs or is overloaded: look at its log and at /health/ready, or tell its operator."
                    );
                }
            }
        );

    public static Finding ServerCa(PartnerSetup setup) =>
        OfEach(
            setup,
            url =>
            {
                if (setup.Roots is not { } roots)
                {
                    return Finding.Absent("Without a CA file there is nothing to compare with.");
                }

                var (hello, server) = (setup.Hellos[url], setup.Hellos[url].Certificate!);
                using var chain = new X509Chain();
                chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                chain.ChainPolicy.CustomTrustStore.AddRange(roots);
                chain.ChainPolicy.ExtraStore.AddRange(hello.Chain);
                chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                chain.ChainPolicy.VerificationTime = setup.Time.GetUtcNow().UtcDateTime;
                if (chain.Build(server))
                {
                    return Finding.Ok($"{roots[0].Subject} vouches for {url.Authority}.");
                }

                return chain.ChainStatus.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid)
                    ? Finding.Wrong(
                        $"The certificate of {url.Authority} is valid from {server.NotBefore.ToUniversalTime():u} to {server.NotAfter.ToUniversalTime():u}, not now.",
                        "Set this machine's clock right; if it is, the operator must renew the gateway's certificate."
                    )
                    : Finding.Wrong(
                        $"{setup.Options.Certificate.CaPath} does not vouch for {url.Authority}, whose certificate comes from {server.Issuer}.",
                        "Name the CA of this gateway with --ca or SESAME_CA; if you have it, something in between opens TLS and must not."
                    );
            }
        );

    public static Finding ServerName(PartnerSetup setup) =>
        OfEach(
            setup,
            url =>
            {
                var server = setup.Hellos[url].Certificate!;
                if (server.MatchesHostname(url.IdnHost, allowWildcards: true, allowCommonName: false))
                {
                    return Finding.Ok($"The certificate is for {url.Host}.");
                }

                var names = server.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
                var known = names is null ? [] : names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(ip => ip.ToString()));
                return Finding.Wrong(
                    $"The certificate of {url.Authority} is not for {url.Host}, but for {string.Join(", ", known)}.",
                    "Call the gateway by a name of its certificate; or the operator has one issued for this name."
                );
            }
        );

    public static Finding Http2(PartnerSetup setup) =>
        setup.Hellos[setup.GatewayUrl].SpeaksHttp2
            ? Finding.Ok("Agreed.")
            : Finding.Wrong(
                $"{setup.GatewayUrl.Authority} does not agree to HTTP/2, without which there is no gRPC.",
                "Something in between opens TLS and speaks HTTP/1.1: have it pass TLS on unopened."
            );

    // Of the gateway and the issuer: the first that is not as it should be, else what the gateway is like.
    private static async Task<Finding> OfEachAsync(PartnerSetup setup, Func<string, Uri, Task<Finding>> look)
    {
        Finding? first = null;
        foreach (var (option, url) in setup.Addresses)
        {
            var finding = await look(option, url);
            if (finding.State == CheckState.Wrong)
            {
                return finding;
            }

            first ??= finding;
        }

        return first!;
    }

    private static Finding OfEach(PartnerSetup setup, Func<Uri, Finding> look)
    {
        var findings = setup.Addresses.Select(address => look(address.Url)).ToList();
        return findings.Find(finding => finding.State == CheckState.Wrong) ?? findings[0];
    }

    private static async Task<T> WithinAsync<T>(Uri url, Func<Uri, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(PartnerSetup.Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await ask(url, either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {PartnerSetup.Patience.TotalSeconds:0} s", exception);
        }
    }
}
