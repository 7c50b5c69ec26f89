using System.CommandLine;
using System.CommandLine.Parsing;
using SesameGrpc.Cli.Hosting;

namespace SesameGrpc.Cli.Connecting;

/// <summary>The options that say where the gateway is and who calls; each has an environment variable and a development default.</summary>
internal static class ConnectionOptions
{
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print JSON for scripts, one object per line.",
        Recursive = true,
    };

    public static readonly Option<string?> RequestId = new("--request-id")
    {
        Description = "Names the request, to repeat it safely. Default: a new one.",
    };

    public static readonly Option<string> Partner = Text("--partner", "SESAME_PARTNER", "hello-bike", "Id of the calling partner.");

    public static readonly Option<Uri> Gateway = Address(
        "--gateway",
        "SESAME_GATEWAY",
        GatewayAddresses.Default.PartnerUrl,
        "Partner listener."
    );

    public static readonly Option<Uri> Issuer = Address(
        "--issuer",
        "SESAME_ISSUER",
        GatewayAddresses.Default.PublicUrl,
        "Issuer of access tokens."
    );

    public static readonly Option<Uri> Operator = Address(
        "--operator",
        "SESAME_OPERATOR",
        GatewayAddresses.Default.OperatorUrl,
        "Operator listener."
    );

    public static readonly Option<string> Certs = Text(
        "--certs",
        "SESAME_CERTS",
        Path.Combine(GatewayBinary.RepositoryRoot(), "certs"),
        "Directory of the development certificates."
    );

    public static readonly Option<string?> Certificate = File(
        "--certificate",
        "SESAME_CERTIFICATE",
        "Client certificate, PEM. Default: the one in --certs."
    );

    public static readonly Option<string?> Key = File(
        "--key",
        "SESAME_KEY",
        "Private key of the certificate, PEM. Default: the one in --certs."
    );

    public static readonly Option<string?> Ca = File(
        "--ca",
        "SESAME_CA",
        "CA of the gateway's certificate, PEM. Default: ca.pem in --certs."
    );

    public static readonly Option<string[]> Scopes = new("--scope")
    {
        Description = "Scope to ask for; repeatable. Default: what the command needs.",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Adds what a command needs that calls as a partner.</summary>
    public static Command ForPartner(this Command command) => command.With(Partner, Gateway, Issuer, Certs, Certificate, Key, Ca, Scopes);

    /// <summary>Adds what a command needs that calls as the operator.</summary>
    public static Command ForOperator(this Command command) => command.With(Operator, Certs, Certificate, Key, Ca);

    public static Command With(this Command command, params ReadOnlySpan<Symbol> symbols)
    {
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case Option option:
                    command.Add(option);
                    break;
                case Argument argument:
                    command.Add(argument);
                    break;
                case Command child:
                    command.Add(child);
                    break;
                default:
                    throw new ArgumentException($"{symbol.GetType().Name} cannot be added to a command.", nameof(symbols));
            }
        }

        return command;
    }

    private static Option<string> Text(string name, string variable, string fallback, string description) =>
        new(name) { Description = $"{description} [{variable}]", DefaultValueFactory = _ => Variable(variable) ?? fallback };

    private static Option<string?> File(string name, string variable, string description) =>
        new(name)
        {
            Description = $"{description} [{variable}]",
            DefaultValueFactory = _ => Variable(variable),
            HelpName = "file",
        };

    private static Option<Uri> Address(string name, string variable, Uri fallback, string description) =>
        new(name)
        {
            Description = $"{description} [{variable}]",
            DefaultValueFactory = _ => Variable(variable) is { } text ? new Uri(text) : fallback,
            HelpName = "url",
            CustomParser = result => ParseAddress(result, name, fallback),
        };

    /// <summary>Reads an https address; another text is wrong usage.</summary>
    public static Uri? ParseAddress(ArgumentResult result, string name, Uri example)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps)
        {
            return url;
        }

        result.AddError($"{name} must be an https address, for example {example.GetLeftPart(UriPartial.Authority)}.");
        return null;
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
