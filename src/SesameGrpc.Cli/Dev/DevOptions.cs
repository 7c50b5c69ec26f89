using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Hosting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Cli.Sandbox;

namespace SesameGrpc.Cli.Dev;

/// <summary>The options of `sesame dev`.</summary>
internal static class DevOptions
{
    public static readonly Option<string> Data = new("--data")
    {
        Description = "Directory of the database, the signing keys and the log.",
        DefaultValueFactory = _ => Path.Combine(GatewayBinary.RepositoryRoot(), ".sesame"),
    };

    public static readonly Option<int> Persons = new("--persons")
    {
        Description = "Number of generated persons, 0 to 999999.",
        DefaultValueFactory = _ => 100_000,
    };

    public static readonly Option<bool> NoPersons = new("--no-persons")
    {
        Description = "Feed no generated persons; the test persons are always there.",
    };

    public static readonly Option<int> Seed = new("--seed")
    {
        Description = "Makes the generated persons: the same number, the same persons. Counts where they are not there yet.",
        DefaultValueFactory = _ => SandboxPersons.UsualSeed,
        HelpName = "number",
    };

    private static readonly Option<int?> PortsFrom = new("--ports-from")
    {
        Description = "First of five ports in a row; 0: free ones. Default 7443.",
    };
    private static readonly Option<int?> PartnerPort = Port("--partner-port", "Partner listener.");
    private static readonly Option<int?> PublicPort = Port("--public-port", "Public listener, the issuer.");
    private static readonly Option<int?> OperatorPort = Port("--operator-port", "Operator listener.");
    private static readonly Option<int?> InternalPort = Port("--internal-port", "Health and metrics, plain HTTP.");
    private static readonly Option<int?> RailPort = Port("--rail-port", "The sandbox's payment system.");

    public static Command ForDev(this Command command) =>
        command.With(
            Data,
            ConnectionOptions.Certs,
            Persons,
            NoPersons,
            Seed,
            PortsFrom,
            PartnerPort,
            PublicPort,
            OperatorPort,
            InternalPort,
            RailPort
        );

    public static GatewayAddresses Addresses(CommandContext context)
    {
        var row = context.Get(PortsFrom) switch
        {
            null => GatewayAddresses.Default,
            0 => new GatewayAddresses(0, 0, 0, 0, 0),
            < 0 or > 65531 => throw new UsageException("--ports-from must be 0 or from 1 to 65531."),
            { } first => GatewayAddresses.From(first),
        };
        return new GatewayAddresses(
            Choose(context, PartnerPort, row.Partner),
            Choose(context, PublicPort, row.Public),
            Choose(context, OperatorPort, row.Operator),
            Choose(context, InternalPort, row.Internal),
            Choose(context, RailPort, row.Rail)
        ).WithFreePorts();
    }

    public static int PersonCount(CommandContext context)
    {
        var count = context.Get(NoPersons) ? 0 : context.Get(Persons);
        return count is >= 0 and <= 999_999 ? count : throw new UsageException("--persons must be from 0 to 999999.");
    }

    private static int Choose(CommandContext context, Option<int?> option, int otherwise) =>
        context.Get(option) switch
        {
            null => otherwise,
            < 0 or > 65535 => throw new UsageException($"{option.Name} must be from 0 to 65535."),
            { } port => port,
        };

    private static Option<int?> Port(string name, string description) =>
        new(name) { Description = description + " 0: a free port.", HelpName = "port" };
}
