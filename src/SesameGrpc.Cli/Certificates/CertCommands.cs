using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.Certificates;

/// <summary>`sesame cert inspect|needs-renewal|renew`: a partner's certificate on its own machine.</summary>
internal static class CertCommands
{
    private static readonly Argument<string?> FilePath = new("FILE")
    {
        Description = "Certificate, PEM or DER. Default: the partner's own.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<int> Days = new("--days")
    {
        Description = "How long before its end a certificate is to be renewed.",
        DefaultValueFactory = _ => 30,
        HelpName = "days",
    };

    public static Command Create() =>
        new Command("cert", "This partner's certificate.").With(
            new Command("inspect", "Show what a certificate says.")
                .With(FilePath, ConnectionOptions.Partner, ConnectionOptions.Certs, ConnectionOptions.Certificate)
                .Runs((context, _) => Task.FromResult(Inspect(context))),
            new Command("needs-renewal", "Exit code 0: the certificate ends soon, or has ended; 3: it does not.")
                .With(FilePath, Days, ConnectionOptions.Partner, ConnectionOptions.Certs, ConnectionOptions.Certificate)
                .Runs((context, _) => Task.FromResult(NeedsRenewal(context))),
            new Command("renew", "Replace the certificate and its key; the old one stays valid until its end.")
                .With(CertificateWait.WaitMinutes)
                .ForPartner()
                .Runs(RenewAsync)
        );

    private static ExitCode Inspect(CommandContext context)
    {
        using var certificate = Load(context);
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault()?.Format(multiLine: false);
        (string Label, string? Value)[] rows =
        [
            ("subject", certificate.Subject),
            ("names", names),
            ("issuer", certificate.Issuer),
            ("serial", certificate.SerialNumber.ToLowerInvariant()),
            ("thumbprint", Convert.ToHexStringLower(SHA256.HashData(certificate.RawData))),
            ("key_sha256", Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()))),
            ("not_before", $"{certificate.NotBefore.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ}"),
            ("not_after", $"{certificate.NotAfter.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ}"),
            ("days_left", $"{Left(context, certificate).TotalDays:0.0}"),
        ];
        if (context.Output.Json)
        {
            context.Output.WriteJson(new JsonObject(rows.Select(row => KeyValuePair.Create(row.Label, (JsonNode?)row.Value))));
        }
        else
        {
            context.Output.WriteCard(PathOf(context), rows);
        }

        return ExitCode.Ok;
    }

    private static ExitCode NeedsRenewal(CommandContext context)
    {
        using var certificate = Load(context);
        var left = Left(context, certificate);
        var isNeeded = left < TimeSpan.FromDays(context.Get(Days));
        if (context.Output.Json)
        {
            context.Output.WriteJson(new JsonObject { ["needs_renewal"] = isNeeded, ["days_left"] = Math.Round(left.TotalDays, 1) });
        }
        else
        {
            context.Output.Out.WriteLine(
                $"{(isNeeded ? "It is time to renew" : "No renewal needed")}: {left.TotalDays:0.0} days are left."
            );
        }

        return isNeeded ? ExitCode.Ok : ExitCode.RefusedOrLeftOut;
    }

    private static async Task<ExitCode> RenewAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var files = context.PartnerFiles;
        var credential = new PartnerCredential(files, context.Get(ConnectionOptions.Partner));
        if (!credential.IsValidAt(context.Time.GetUtcNow()))
        {
            throw new UsageException(
                "The certificate is missing or has ended; ask the operator for an invitation and run `sesame partner join`."
            );
        }

        using (var desk = CertificateDesk.WithCertificate(context.Get(ConnectionOptions.Gateway), files, context.Time))
        {
            if (!await CertificateWait.FetchAsync(context, desk, credential, cancellationToken))
            {
                return ExitCode.RefusedOrLeftOut;
            }
        }

        using var client = await context.ConnectPartnerAsync([], cancellationToken);
        return Inspect(context);
    }

    private static string PathOf(CommandContext context) =>
        (context.Get(FilePath) ?? context.Get(ConnectionOptions.Certificate))
        ?? context.Certificates.Partner(context.Get(ConnectionOptions.Partner)).CertificatePath;

    private static X509Certificate2 Load(CommandContext context) => X509CertificateLoader.LoadCertificateFromFile(PathOf(context));

    private static TimeSpan Left(CommandContext context, X509Certificate2 certificate) =>
        certificate.NotAfter.ToUniversalTime() - context.Time.GetUtcNow().UtcDateTime;
}
