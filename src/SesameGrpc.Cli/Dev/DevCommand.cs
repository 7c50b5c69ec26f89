using System.CommandLine;
using SesameGrpc.Cli.Certificates;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Hosting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Cli.Sandbox;
using SesameGrpc.Client;

namespace SesameGrpc.Cli.Dev;

/// <summary>`sesame dev`: a whole sandbox on this machine, up until it is told to stop.</summary>
internal static class DevCommand
{
    public static Command Create() =>
        new Command("dev", "Start a gateway with development certificates, demo partners and invented persons; stop it with Ctrl-C.")
            .ForDev()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var addresses = DevOptions.Addresses(context);
        var persons = DevOptions.PersonCount(context);
        var data = context.Get(DevOptions.Data);
        var certificates = context.Certificates;
        var minted = Mint(certificates);
        Say(
            context.Output,
            minted == 0 ? "Certificates are in place." : $"{minted} certificate files minted into {context.Get(ConnectionOptions.Certs)}."
        );
        await using var gateway = await GatewayProcess.StartAsync(addresses, data, certificates, context.Time, cancellationToken);
        try
        {
            await FillAsync(gateway, certificates, persons, context, cancellationToken);
            new DevPanel(context.Output, gateway.Addresses, context.Get(ConnectionOptions.Certs), data).Write();
            await gateway.WaitForExitAsync(cancellationToken);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            Say(context.Output, "Stopping the gateway.");
        }

        return ExitCode.Ok;
    }

    private static int Mint(DevelopmentCertificates certificates) =>
        certificates.EnsureBase() + DemoPartners.All.Count(partner => certificates.EnsurePartner(partner.Partner_));

    private static async Task FillAsync(
        GatewayProcess gateway,
        DevelopmentCertificates certificates,
        int persons,
        CommandContext context,
        CancellationToken cancellationToken
    )
    {
        using var channel = new OperatorChannel(
            gateway.Addresses.OperatorUrl,
            certificates.Operator,
            CommandContext.CallTimeout,
            context.Time
        );
        var content = new SandboxContent(channel, context.Output, context.Time);
        var created = await content.OnboardPartnersAsync(cancellationToken);
        Say(context.Output, created == 0 ? "The demo partners are in place." : $"{created} demo partners onboarded.");
        await content.FeedTestPersonsAsync(cancellationToken);
        await content.FeedGeneratedPersonsAsync(persons, context.Get(DevOptions.Seed), cancellationToken);
    }

    private static void Say(CliOutput output, string words)
    {
        if (!output.Json)
        {
            output.Out.WriteLine(words);
        }
    }
}
