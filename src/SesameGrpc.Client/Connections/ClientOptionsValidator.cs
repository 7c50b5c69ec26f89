using Microsoft.Extensions.Options;

namespace SesameGrpc.Client.Connections;

/// <summary>Refuses wrong options, one line each: key, value, allowed range.</summary>
internal sealed class ClientOptionsValidator(TimeProvider time) : IValidateOptions<SesameClientOptions>
{
    private const int LongestId = 64;

    public ValidateOptionsResult Validate(string? name, SesameClientOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>Throws when something is wrong.</summary>
    public static void Check(SesameClientOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        var result = new ClientOptionsValidator(time).Validate(Options.DefaultName, options);
        if (result.Failed)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(SesameClientOptions), result.Failures);
        }
    }

    private IEnumerable<string> Faults(SesameClientOptions options)
    {
        if (options.PartnerId.Length is 0 or > LongestId)
        {
            yield return Fault(nameof(options.PartnerId), options.PartnerId, $"1 to {LongestId} characters");
        }

        foreach (var fault in AddressFaults(options))
        {
            yield return fault;
        }

        if (options.CallTimeout < TimeSpan.FromMilliseconds(1) || options.CallTimeout > TimeSpan.FromMinutes(5))
        {
            yield return Fault(nameof(options.CallTimeout), options.CallTimeout, "00:00:00.001 to 00:05:00");
        }

        if (options.MaxRetries is < 0 or > 10)
        {
            yield return Fault(nameof(options.MaxRetries), options.MaxRetries, "0 to 10");
        }

        if (options.CertificateReloadInterval < TimeSpan.FromSeconds(1) || options.CertificateReloadInterval > TimeSpan.FromDays(1))
        {
            yield return Fault(nameof(options.CertificateReloadInterval), options.CertificateReloadInterval, "00:00:01 to 1.00:00:00");
        }

        if (CertificateFault(options.Certificate) is { } certificateFault)
        {
            yield return certificateFault;
        }
    }

    private static IEnumerable<string> AddressFaults(SesameClientOptions options)
    {
        if (options.GatewayUrls.Count == 0)
        {
            yield return Fault(nameof(options.GatewayUrls), "", "at least one https address, for example https://gateway.example:7443");
        }

        var single = options.GatewayUrls.Count == 1;
        for (var i = 0; i < options.GatewayUrls.Count; i++)
        {
            var url = options.GatewayUrls[i];
            if (!url.IsAbsoluteUri || !(url.Scheme == Uri.UriSchemeHttps || (single && url.Scheme == "dns")))
            {
                yield return Fault($"{nameof(options.GatewayUrls)}:{i}", url, "an https address, or a single dns:///name:port");
            }
        }

        if (options.IssuerUrl is not { IsAbsoluteUri: true, Scheme: "https" })
        {
            yield return Fault(nameof(options.IssuerUrl), options.IssuerUrl, "an https address, for example https://gateway.example:7444");
        }
    }

    private string? CertificateFault(ClientCertificateOptions certificate)
    {
        var sources = new[] { certificate.CertificatePath, certificate.PfxPath, certificate.StoreSubject, certificate.StoreThumbprint };
        if (sources.Count(source => source.Length > 0) != 1)
        {
            return Fault(
                nameof(SesameClientOptions.Certificate),
                string.Join(", ", sources.Where(source => source.Length > 0)),
                "exactly one of CertificatePath with KeyPath, PfxPath, StoreSubject and StoreThumbprint"
            );
        }

        var files = new (string Key, string Path)[]
        {
            (nameof(certificate.CertificatePath), certificate.CertificatePath),
            (nameof(certificate.KeyPath), certificate.KeyPath),
            (nameof(certificate.PfxPath), certificate.PfxPath),
            (nameof(certificate.CaPath), certificate.CaPath),
        };
        foreach (var (key, path) in files)
        {
            var required =
                key == nameof(certificate.CaPath) || (key == nameof(certificate.KeyPath) && certificate.CertificatePath.Length > 0);
            if ((required || path.Length > 0) && !File.Exists(path))
            {
                return Fault($"{nameof(SesameClientOptions.Certificate)}:{key}", path, "the path of a readable file");
            }
        }

        try
        {
            using var read = CertificateMaterial.Read(certificate, time.GetUtcNow());
            return null;
        }
        catch (Exception fault) when (CertificateMaterial.IsFault(fault))
        {
            return $"{SesameClientOptions.SectionName}:{nameof(SesameClientOptions.Certificate)} is not usable: {fault.Message}";
        }
    }

    private static string Fault(string key, object? value, string allowed) =>
        $"{SesameClientOptions.SectionName}:{key} is \"{value}\"; allowed: {allowed}.";
}
