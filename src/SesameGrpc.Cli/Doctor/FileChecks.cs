using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Cli.Certificates;
using SesameGrpc.Contracts;

namespace SesameGrpc.Cli.Doctor;

/// <summary>The partner's three files, without any connection.</summary>
internal static class FileChecks
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private static readonly TimeSpan SoonExpired = TimeSpan.FromDays(30);

    public static Finding Certificate(PartnerSetup setup)
    {
        var path = setup.Options.Certificate.CertificatePath;
        if (Read(path, out var pem) is { } fault)
        {
            return Finding.Wrong(
                fault,
                "Name your certificate with --certificate or SESAME_CERTIFICATE, or another --partner; `sesame dev` mints those of the demo partners."
            );
        }

        try
        {
            setup.Certificate = X509Certificate2.CreateFromPem(pem);
            return Finding.Ok($"{path}: {setup.Certificate.Subject}");
        }
        catch (CryptographicException)
        {
            var content = pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal)
                ? "a private key, and no certificate"
                : "no certificate in PEM";
            return Finding.Wrong($"{path} holds {content}.", "Name the PEM file that begins with -----BEGIN CERTIFICATE-----.");
        }
    }

    public static Finding Key(PartnerSetup setup)
    {
        var path = setup.Options.Certificate.KeyPath;
        if (Read(path, out var pem) is { } fault)
        {
            return Finding.Wrong(fault, "Name the certificate's private key with --key or SESAME_KEY.");
        }

        if (pem.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal))
        {
            return Finding.Wrong(
                $"{path} is encrypted, and nobody is there to type its password.",
                $"Write it without one: (umask 077; openssl pkey -in {path} -out plain.key.pem), and name that."
            );
        }

        if (!pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            return Finding.Wrong($"{path} holds no private key in PEM.", "Name the PEM file whose first line says BEGIN PRIVATE KEY.");
        }

        return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None
            ? Finding.Warning($"{path} can be read by others on this machine.", $"chmod 600 {path}")
            : Finding.Ok(path);
    }

    public static Finding KeyFits(PartnerSetup setup)
    {
        try
        {
            using var both = X509Certificate2.CreateFromPemFile(
                setup.Options.Certificate.CertificatePath,
                setup.Options.Certificate.KeyPath
            );
            return Finding.Ok("The key belongs to the certificate.");
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return Finding.Wrong(
                $"The key in {setup.Options.Certificate.KeyPath} does not belong to the certificate.",
                "Name the key with which the certificate was requested; when it is lost, have a new certificate issued."
            );
        }
    }

    public static Finding Validity(PartnerSetup setup)
    {
        var (now, begin) = (setup.Time.GetUtcNow().UtcDateTime, setup.Certificate!.NotBefore.ToUniversalTime());
        var end = setup.Certificate.NotAfter.ToUniversalTime();
        const string Renew = "Have a new certificate issued; both count until the old one ends.";
        if (now < begin)
        {
            return Finding.Wrong(
                $"The certificate is not valid before {begin:u}; here it is {now:u}.",
                "Wait until then, or set this machine's clock right."
            );
        }

        if (now > end)
        {
            return Finding.Wrong($"The certificate has expired at {end:u}.", Renew);
        }

        return end - now < SoonExpired
            ? Finding.Warning($"The certificate expires at {end:u}, in {(end - now).TotalDays:0} days.", Renew)
            : Finding.Ok($"Until {end:u}.");
    }

    public static Finding Usage(PartnerSetup setup)
    {
        var usages = setup.Certificate!.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault()?.EnhancedKeyUsages;
        return usages is null || usages.Cast<Oid>().Any(usage => usage.Value == CertificateMint.ClientAuthentication.Value)
            ? Finding.Ok("Good for TLS clients.")
            : Finding.Wrong(
                "The certificate may not be used by TLS clients: its extended key usage lacks clientAuth.",
                "Use the certificate that was issued for calling, not a server's; else have one issued with clientAuth."
            );
    }

    public static Finding Identity(PartnerSetup setup)
    {
        var (certificate, partner) = (setup.Certificate!, setup.Options.PartnerId);
        if (SubjectUris.IdOf(certificate, SubjectUris.PartnerPrefix) is { } named)
        {
            return named == partner
                ? Finding.Ok($"Names the partner {named}.")
                : Finding.Wrong(
                    $"The certificate names the partner {named}, and the calls are made as {partner}.",
                    $"Call with --partner {named}, or with the certificate of {partner}."
                );
        }

        if (SubjectUris.IdOf(certificate, SubjectUris.OperatorPrefix) is { } @operator)
        {
            return Finding.Wrong(
                $"This is the certificate of the operator {@operator}, which opens no partner's door.",
                $"Name the certificate of {partner} with --certificate and --key."
            );
        }

        return certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)
            ? Finding.Ok("Signs itself: it counts once the operator has registered it.")
            : Finding.Wrong(
                $"The certificate names no partner: it has no subject alternative name {SubjectUris.PartnerPrefix}{partner}, or another of that form beside it.",
                "Have a certificate issued by the gateway's operator; any other CA's does not count."
            );
    }

    public static Finding Ca(PartnerSetup setup)
    {
        var path = setup.Options.Certificate.CaPath;
        const string Fix = "Name the CA of the gateway's certificate, PEM, with --ca or SESAME_CA; the operator has it.";
        if (Read(path, out _) is { } fault)
        {
            return Finding.Wrong(fault, Fix);
        }

        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(path);
        setup.Roots = roots.Count > 0 ? roots : null;
        return roots.Count > 0 ? Finding.Ok($"{path}: {roots[0].Subject}") : Finding.Wrong($"{path} holds no certificate in PEM.", Fix);
    }

    // What is wrong with a file; null: it was read.
    private static string? Read(string path, out string text)
    {
        text = "";
        if (!File.Exists(path))
        {
            return $"{path} does not exist.";
        }

        try
        {
            text = File.ReadAllText(path);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be read: {exception.Message}";
        }
    }
}
