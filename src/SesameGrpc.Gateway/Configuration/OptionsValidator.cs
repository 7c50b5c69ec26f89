using System.Net;
using System.Net.Sockets;

namespace SesameGrpc.Gateway.Configuration;

/// <summary>Reads the section "Sesame" and finds what is wrong in it, one line each: key, value, allowed range.</summary>
internal sealed class OptionsValidator
{
    private readonly List<string> findings = [];

    /// <summary>The settings; throws <see cref="ConfigurationException"/> with the first finding.</summary>
    public static GatewayOptions Load(IConfiguration configuration)
    {
        var (options, findings) = Check(configuration);
        return findings.Count == 0 ? options : throw new ConfigurationException(findings[0]);
    }

    /// <summary>The settings, and all that is wrong with them.</summary>
    public static (GatewayOptions Options, IReadOnlyList<string> Findings) Check(IConfiguration configuration)
    {
        var options = new GatewayOptions();
        try
        {
            configuration.GetSection("Sesame").Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException exception)
        {
            return (options, [$"Sesame: {exception.Message.ReplaceLineEndings(" ")}"]);
        }

        var validator = new OptionsValidator();
        validator.CheckAll(options);
        return (options, validator.findings);
    }

    private void CheckAll(GatewayOptions options)
    {
        // The binder takes any number for an enum; a mode that is none of the two would get the liberties of both.
        Require(Enum.IsDefined(options.Mode), "Mode", options.Mode.ToString(), "Production or Sandbox");
        Require(Enum.IsDefined(options.Storage.Provider), "Storage:Provider", options.Storage.Provider.ToString(), "Sqlite or PostgreSql");
        CheckListeners(options.Listeners);
        CheckTls(options.Tls);
        CheckStorage(options);
        CheckRanges(options);
        CheckRail(options.Rail);
        CheckLogin(options.Login);
        CheckOnboarding(options.Onboarding);
        CheckKeys(options);
    }

    private void CheckListeners(ListenerOptions listeners)
    {
        Address("Listeners:Partner", listeners.Partner);
        Address("Listeners:Public", listeners.Public);
        Address("Listeners:Operator", listeners.Operator);
        var inner = Address("Listeners:Internal", listeners.Internal);
        Require(
            inner is null || IPAddress.IsLoopback(inner.Address),
            "Listeners:Internal",
            listeners.Internal,
            "a loopback address, because it is plain HTTP"
        );
        HttpsUrl("Listeners:PartnerUrl", listeners.PartnerUrl);
        HttpsUrl("Listeners:PublicUrl", listeners.PublicUrl);
    }

    private void CheckTls(TlsOptions tls)
    {
        ReadableFile("Tls:ServerCertificate", tls.ServerCertificate);
        ReadableFile("Tls:ServerKey", tls.ServerKey);
        ReadableFile("Tls:PartnerCa", tls.PartnerCa);
        ReadableFile("Tls:OperatorCa", tls.OperatorCa);
        if (tls.PartnerCrl.Length > 0)
        {
            ReadableFile("Tls:PartnerCrl", tls.PartnerCrl);
        }
    }

    private void CheckStorage(GatewayOptions options)
    {
        Require(options.DataDirectory.Length > 0, "DataDirectory", "", "the path of a directory");
        var needsConnectionString = options.Storage.Provider == StorageProvider.PostgreSql && options.Storage.ConnectionString.Length == 0;
        Require(
            !needsConnectionString,
            "Storage:ConnectionString",
            "",
            "an Npgsql connection string, because Storage:Provider is PostgreSql"
        );
    }

    private void CheckRanges(GatewayOptions options)
    {
        Range("Tls:ReloadSeconds", options.Tls.ReloadSeconds, 1, 3600);
        Range("Storage:RefreshMilliseconds", options.Storage.RefreshMilliseconds, 100, 5000);
        Range("Redis:TimeoutMilliseconds", options.Redis.TimeoutMilliseconds, 5, 1000);
        Range("Redis:LifetimeSeconds", options.Redis.LifetimeSeconds, 10, 86_400);
        Range("Redis:ExpectedPersons", options.Redis.ExpectedPersons, 65_536, 1_000_000_000);
        Range("Tokens:LifetimeSeconds", options.Tokens.LifetimeSeconds, 60, 600);
        Range("Persons:ScoreValidityDays", options.Persons.ScoreValidityDays, 1, 3650);
        Range("Persons:MemoryLifetimeSeconds", options.Persons.MemoryLifetimeSeconds, 1, 60);
        Range("Persons:MemoryCapacity", options.Persons.MemoryCapacity, 1_000, 10_000_000);
        Range("Persons:ConsentCapacity", options.Persons.ConsentCapacity, 1_000, 10_000_000);
        Range("Calls:DefaultDeadlineSeconds", options.Calls.DefaultDeadlineSeconds, 1, 60);
        Range("Calls:MaxConcurrentCallsPerPartner", options.Calls.MaxConcurrentCallsPerPartner, 1, 100_000);
        Range("Audit:CheckpointMilliseconds", options.Audit.CheckpointMilliseconds, 100, 60_000);
        Range("Retention:AuditYears", options.Retention.AuditYears, 1, 30);
        Range("Retention:AdverseYears", options.Retention.AdverseYears, 1, 10);
        Range("Retention:PersonHistoryDays", options.Retention.PersonHistoryDays, 1, 3650);
        Range("Retention:SweepMinutes", options.Retention.SweepMinutes, 1, 1440);
        var origin = options.Audit.Origin;
        Require(
            origin.Length <= 100
                && !origin.Contains('+')
                && !origin.Any(character => char.IsWhiteSpace(character) || char.IsControl(character)),
            "Audit:Origin",
            origin,
            "at most 100 characters without spaces and plus signs"
        );
        Require(options.Tokens.Audience.Length is > 0 and <= 200, "Tokens:Audience", options.Tokens.Audience, "1 to 200 characters");
        if (options.Tokens.ExternalIssuer.Length > 0)
        {
            HttpsUrl("Tokens:ExternalIssuer", options.Tokens.ExternalIssuer);
        }

        if (options.Tokens.ExternalIssuerCa.Length > 0)
        {
            ReadableFile("Tokens:ExternalIssuerCa", options.Tokens.ExternalIssuerCa);
        }

        if (options.Webhooks.Ca.Length > 0)
        {
            ReadableFile("Webhooks:Ca", options.Webhooks.Ca);
        }

        if (options.Programmes.File.Length > 0)
        {
            ReadableFile("Programmes:File", options.Programmes.File);
        }
    }

    private void CheckRail(RailOptions rail)
    {
        Range("Rail:CollectAfterSeconds", rail.CollectAfterSeconds, 0, 86_400);
        Range("Rail:TimeoutSeconds", rail.TimeoutSeconds, 1, 60);
        if (rail.Url.Length == 0)
        {
            return;
        }

        HttpsUrl("Rail:Url", rail.Url);
        ReadableFile("Rail:ClientCertificate", rail.ClientCertificate);
        ReadableFile("Rail:ClientKey", rail.ClientKey);
        if (rail.Ca.Length > 0)
        {
            ReadableFile("Rail:Ca", rail.Ca);
        }
    }

    private void CheckLogin(LoginOptions login)
    {
        if (!login.IsUpstream)
        {
            return;
        }

        HttpsUrl("Login:Authority", login.Authority);
        Require(login.ClientId.Length is > 0 and <= 200, "Login:ClientId", login.ClientId, "1 to 200 characters");
        ReadableFile("Login:ClientSecretFile", login.ClientSecretFile);
        Require(
            !File.Exists(login.ClientSecretFile) || File.ReadAllText(login.ClientSecretFile).Trim().Length > 0,
            "Login:ClientSecretFile",
            login.ClientSecretFile,
            "the path of a file that is not empty"
        );
        Require(login.PersonClaim.Length is > 0 and <= 100, "Login:PersonClaim", login.PersonClaim, "1 to 100 characters");
        if (login.Ca.Length > 0)
        {
            ReadableFile("Login:Ca", login.Ca);
        }
    }

    private void CheckOnboarding(OnboardingOptions onboarding)
    {
        Range("Onboarding:CertificateDays", onboarding.CertificateDays, 1, 398);
        if (onboarding.ServerCa.Length > 0)
        {
            ReadableFile("Onboarding:ServerCa", onboarding.ServerCa);
        }

        if (onboarding.IssuerCertificate.Length > 0)
        {
            ReadableFile("Onboarding:IssuerCertificate", onboarding.IssuerCertificate);
            ReadableFile("Onboarding:IssuerKey", onboarding.IssuerKey);
        }
    }

    private void CheckKeys(GatewayOptions options)
    {
        var keys = options.Keys;
        var longest = TimeSpan.FromDays(398);
        Range("Keys:Period", keys.Period, TimeSpan.FromSeconds(2), longest);
        var shortestAnnouncement = TimeSpan.FromMilliseconds(2 * options.Storage.RefreshMilliseconds);
        Range("Keys:Announced", keys.Announced, shortestAnnouncement, keys.Period - TimeSpan.FromSeconds(1));
        Range("Keys:Retained", keys.Retained, TimeSpan.FromSeconds(options.Tokens.LifetimeSeconds), longest);
    }

    private IPEndPoint? Address(string key, string value)
    {
        // An IPv6 address without brackets would be taken whole, with port 0.
        var isAddress = IPEndPoint.TryParse(value, out var endpoint);
        var host = isAddress ? value[..Math.Max(0, value.LastIndexOf(':'))] : "";
        var hasPort = host.Length > 0 && (endpoint!.AddressFamily == AddressFamily.InterNetwork || (host[0] == '[' && host[^1] == ']'));
        Require(hasPort, key, value, "an IP address and port such as 127.0.0.1:7443");
        return hasPort ? endpoint : null;
    }

    private void HttpsUrl(string key, string value) =>
        Require(
            Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && url.Query.Length == 0,
            key,
            value,
            "an https URL without query"
        );

    private void ReadableFile(string key, string value) => Require(File.Exists(value), key, value, "the path of a readable file");

    private void Range(string key, int value, int lowest, int highest) =>
        Require(value >= lowest && value <= highest, key, value.ToString(), $"{lowest} to {highest}");

    private void Range(string key, TimeSpan value, TimeSpan lowest, TimeSpan highest) =>
        Require(value >= lowest && value <= highest, key, value.ToString(), $"{lowest} to {highest} (days.hours:minutes:seconds)");

    private void Require(bool holds, string key, string value, string allowed)
    {
        if (!holds)
        {
            findings.Add($"Sesame:{key} is \"{value}\"; allowed: {allowed}.");
        }
    }
}
