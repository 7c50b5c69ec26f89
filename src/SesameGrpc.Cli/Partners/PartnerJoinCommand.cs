using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Certificates;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Hosting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;

namespace SesameGrpc.Cli.Partners;

/// <summary>
/// `sesame partner join`: the partner's whole side. Makes a key, which stays here, has it certified under the invitation, and proves the certificate by fetching a token. Run again after
/// whatever went wrong, it goes on.
/// </summary>
internal static class PartnerJoinCommand
{
    private static readonly Argument<Uri> Gateway = new("URL")
    {
        Description = "Public listener of the gateway, for example https://localhost:7444.",
        CustomParser = result => ConnectionOptions.ParseAddress(result, "URL", GatewayAddresses.Default.PublicUrl),
    };

    private static readonly Option<string?> Invitation = new("--invitation")
    {
        Description = "The code of the invitation. [SESAME_INVITATION]",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("SESAME_INVITATION"),
        HelpName = "code",
    };

    private static readonly Option<string?> CaSha256 = new("--ca-sha256")
    {
        Description = "SHA-256 of the CA by which the gateway is recognised; without it, --ca names its file.",
        HelpName = "hex",
    };

    public static Command Create() =>
        new Command("join", "Fetch this partner's certificate with an invitation (partner).")
            .With(Gateway, ConnectionOptions.Partner, Invitation, CaSha256, CertificateWait.WaitMinutes)
            .With(ConnectionOptions.Certs, ConnectionOptions.Ca)
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var url = context.Get(Gateway);
        var partner = context.Get(ConnectionOptions.Partner);
        var invitation = context.Get(Invitation) ?? throw new UsageException("--invitation: the code that the operator has sent.");
        var files = context.Certificates.Partner(partner);
        if (context.Get(ConnectionOptions.Ca) is { } own)
        {
            files.CaPath = own;
        }
        else
        {
            await EnsureCaAsync(context, url, files.CaPath, cancellationToken);
        }

        var credential = new PartnerCredential(files, partner);
        if (!credential.IsValidAt(context.Time.GetUtcNow()))
        {
            using var desk = CertificateDesk.WithInvitation(url, files.CaPath, invitation, context.Time);
            if (!await CertificateWait.FetchAsync(context, desk, credential, cancellationToken))
            {
                return ExitCode.RefusedOrLeftOut;
            }
        }

        await ProveAsync(context, url, partner, files, cancellationToken);
        return ExitCode.Ok;
    }

    // The first secured exchange: mutual TLS, and a token that is bound to the new certificate.
    private static async Task ProveAsync(
        CommandContext context,
        Uri url,
        string partner,
        ClientCertificateOptions files,
        CancellationToken cancellationToken
    )
    {
        var options = new SesameClientOptions
        {
            PartnerId = partner,
            GatewayUrls = [url],
            IssuerUrl = url,
            Certificate = files,
        };
        using var client = new SesameClient(options, context.Time);
        var token = await client.GetAccessTokenAsync(cancellationToken);
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(files.CertificatePath);
        if (context.Output.Json)
        {
            context.Output.WriteJson(
                new JsonObject
                {
                    ["partner"] = partner,
                    ["certificate"] = files.CertificatePath,
                    ["key"] = files.KeyPath,
                    ["ca"] = files.CaPath,
                    ["expire_time"] = $"{certificate.NotAfter.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ}",
                    ["scope"] = token.Scope,
                }
            );
            return;
        }

        context.Output.WriteCard(
            $"{partner} has joined",
            ("certificate", files.CertificatePath),
            ("key", $"{files.KeyPath} (keep it secret)"),
            ("ca", files.CaPath),
            (
                "until",
                $"{certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC; renew with `sesame cert renew --partner {partner}`"
            ),
            ("token", "received, bound to this certificate"),
            ("scopes", token.Scope)
        );
    }

    private static async Task EnsureCaAsync(CommandContext context, Uri url, string path, CancellationToken cancellationToken)
    {
        var pin =
            context.Get(CaSha256)?.ToLowerInvariant()
            ?? throw new UsageException("--ca-sha256: the hash of the gateway's CA, from the invitation; or --ca with its file.");
        using var authority = await CertificateDesk.FetchCaAsync(url, pin, context.Time, cancellationToken);
        if (!File.Exists(path))
        {
            PemFile.WriteCertificate(path, authority);
            return;
        }

        using var existing = X509CertificateLoader.LoadCertificateFromFile(path);
        if (!existing.RawData.AsSpan().SequenceEqual(authority.RawData))
        {
            throw new UsageException($"--certs: {path} is the CA of another gateway; name another directory for this one.");
        }
    }
}
