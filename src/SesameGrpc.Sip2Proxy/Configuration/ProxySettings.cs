using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SesameGrpc.Sip2Proxy.Configuration;

/// <summary>The settings as the program uses them, found good.</summary>
/// <param name="Options">As they were given.</param>
/// <param name="Listen">What kiosks connect to.</param>
/// <param name="Library">Where the library's system is.</param>
/// <param name="DepositPositions">The positions of the patron status that may be cleared.</param>
/// <param name="Encoding">How screen messages are written.</param>
internal sealed record ProxySettings(
    ProxyOptions Options,
    IPEndPoint Listen,
    DnsEndPoint Library,
    IReadOnlySet<int> DepositPositions,
    Encoding Encoding
)
{
    private const int ChargeDenied = 0;
    private static readonly HashSet<int> PositionsOfADeposit = [ChargeDenied, 1, 2, 3, 11];

    public TimeSpan GatewayTimeout => TimeSpan.FromMilliseconds(Options.GatewayTimeoutMilliseconds);

    /// <summary>Throws <see cref="ProxyConfigurationException"/> when a setting is wrong.</summary>
    public static ProxySettings Load(IConfiguration configuration)
    {
        var options = new ProxyOptions();
        try
        {
            configuration.GetSection("Sip2Proxy").Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException exception)
        {
            throw new ProxyConfigurationException($"Sip2Proxy: {exception.Message.ReplaceLineEndings(" ")}");
        }

        CheckGateway(options);
        CheckPatrons(options);
        Require(
            options.MaxConnections is >= 1 and <= 10_000,
            nameof(options.MaxConnections),
            options.MaxConnections.ToString(),
            "1 to 10000"
        );
        return new ProxySettings(
            options,
            IPEndPoint.TryParse(options.Listen, out var listen) && listen.Port > 0
                ? listen
                : throw Wrong(nameof(options.Listen), options.Listen, "an IP address and a port, for example 127.0.0.1:6001"),
            HostAndPort(options.Library)
                ?? throw Wrong(nameof(options.Library), options.Library, "a host and a port, for example ils.example:6001"),
            Positions(options.DepositStatus),
            EncodingOf(options.ScreenEncoding)
        );
    }

    private static void CheckGateway(ProxyOptions options)
    {
        const string Https = "an https address";
        Require(IsHttps(options.GatewayUrl), nameof(options.GatewayUrl), options.GatewayUrl, Https);
        Require(IsHttps(options.IssuerUrl), nameof(options.IssuerUrl), options.IssuerUrl, Https);
        Require(options.Partner.Length > 0, nameof(options.Partner), options.Partner, "the library's id as a partner");
        Require(options.Programme.Length > 0, nameof(options.Programme), options.Programme, "the id of a programme");
        RequireFile(nameof(options.Certificate), options.Certificate);
        RequireFile(nameof(options.Key), options.Key);
        RequireFile(nameof(options.Ca), options.Ca);
        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(options.Certificate, options.Key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new ProxyConfigurationException($"Sip2Proxy:Certificate and Sip2Proxy:Key are not usable: {exception.Message}");
        }

        Require(
            options.GatewayTimeoutMilliseconds is >= 100 and <= 10_000,
            nameof(options.GatewayTimeoutMilliseconds),
            options.GatewayTimeoutMilliseconds.ToString(),
            "100 to 10000"
        );
    }

    private static void CheckPatrons(ProxyOptions options)
    {
        // The binder takes any number for an enum.
        Require(Enum.IsDefined(options.Subjects), nameof(options.Subjects), options.Subjects.ToString(), "File or Identifier");
        if (options.Subjects == SubjectSource.File)
        {
            RequireFile(nameof(options.PatronsFile), options.PatronsFile);
        }
    }

    private static DnsEndPoint? HostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), out var port) && port > 0
            ? new DnsEndPoint(text[..colon].Trim('[', ']'), port)
            : null;
    }

    private static HashSet<int> Positions(string text)
    {
        var positions = new HashSet<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            Require(
                int.TryParse(part, out var position) && PositionsOfADeposit.Contains(position) && positions.Add(position),
                nameof(ProxyOptions.DepositStatus),
                text,
                "0, or 0 with some of 1, 2, 3 and 11, separated by commas"
            );
        }

        Require(positions.Contains(ChargeDenied), nameof(ProxyOptions.DepositStatus), text, "a list that contains 0");
        return positions;
    }

    private static Encoding EncodingOf(string name)
    {
        const string Ascii = "AF 0Y|\r";
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        try
        {
            var encoding = Encoding.GetEncoding(name);
            if (encoding.GetBytes(Ascii).AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(Ascii)))
            {
                return encoding;
            }
        }
        catch (ArgumentException)
        {
            // No encoding of this name.
        }

        throw Wrong(nameof(ProxyOptions.ScreenEncoding), name, "an encoding that contains ASCII, for example utf-8 or gb18030");
    }

    private static bool IsHttps(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps;

    private static void RequireFile(string key, string path) => Require(File.Exists(path), key, path, "the path of a readable file");

    private static void Require(bool holds, string key, string value, string allowed)
    {
        if (!holds)
        {
            throw Wrong(key, value, allowed);
        }
    }

    private static ProxyConfigurationException Wrong(string key, string value, string allowed) =>
        new($"Sip2Proxy:{key} is \"{value}\"; allowed: {allowed}.");
}
