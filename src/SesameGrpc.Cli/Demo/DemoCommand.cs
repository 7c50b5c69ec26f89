using System.CommandLine;
using SesameGrpc.Cli.Certificates;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Hosting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Cli.Sandbox;
using SesameGrpc.Client;

namespace SesameGrpc.Cli.Demo;

/// <summary>`sesame demo`: starts a gateway of its own, runs the story of a bike ride and of a consent over the real wire, and leaves nothing behind.</summary>
internal static class DemoCommand
{
    public static Command Create() =>
        new Command(
            "demo",
            "Start a gateway, run the story of a bike ride and of a consent as a partner, and stop it. Exit code 0 when every step went as expected."
        ).Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("sesame-demo-");
        var keep = true;
        try
        {
            var result = await RunInAsync(folder.FullName, context, cancellationToken);
            keep = result != ExitCode.Ok;
            return result;
        }
        finally
        {
            if (keep)
            {
                await context.Output.Error.WriteLineAsync($"The gateway's log and data are kept in {folder.FullName}.");
            }
            else
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private static async Task<ExitCode> RunInAsync(string folder, CommandContext context, CancellationToken cancellationToken)
    {
        var certificates = new DevelopmentCertificates(Path.Combine(folder, "certs"), context.Time);
        certificates.EnsureBase();
        foreach (var partner in DemoPartners.All)
        {
            certificates.EnsurePartner(partner.Partner_);
        }

        await using var gateway = await GatewayProcess.StartAsync(
            new GatewayAddresses(0, 0, 0, 0, 0).WithFreePorts(),
            Path.Combine(folder, "data"),
            certificates,
            context.Time,
            cancellationToken
        );
        using (
            var channel = new OperatorChannel(
                gateway.Addresses.OperatorUrl,
                certificates.Operator,
                CommandContext.CallTimeout,
                context.Time
            )
        )
        {
            var content = new SandboxContent(channel, context.Output, context.Time);
            await content.OnboardPartnersAsync(cancellationToken);
            await content.FeedTestPersonsAsync(cancellationToken);
        }

        using var bike = new SesamePartnerClient(Options(DemoPartners.HelloBike, gateway.Addresses, certificates), context.Time);
        using var thief = new SesamePartnerClient(
            Options(DemoPartners.HuashanHospital, gateway.Addresses, certificates),
            context.Time,
            async cancellation => (await bike.Tokens.GetAsync(cancellation)).Value
        );
        using var oauth = new HttpClient(MutualTlsHandler.Create(certificates.Partner(DemoPartners.HelloBike), resumeSessions: false))
        {
            BaseAddress = gateway.Addresses.PartnerUrl,
        };
        using var person = new PersonBrowser(gateway.Addresses.PublicUrl, certificates.Partner(DemoPartners.HelloBike).CaPath);
        var steps = new BikeStory(bike, thief)
            .RunAsync(cancellationToken)
            .Concat(new ConsentStory(bike, oauth, person).RunAsync(cancellationToken));
        return await TellAsync(steps, new DemoPresenter(context.Output));
    }

    private static async Task<ExitCode> TellAsync(IAsyncEnumerable<DemoStep> steps, DemoPresenter presenter)
    {
        presenter.Open();
        await foreach (var step in steps)
        {
            presenter.Show(step);
        }

        presenter.Close();
        return presenter.Unexpected == 0 ? ExitCode.Ok : ExitCode.CallFailed;
    }

    private static SesameClientOptions Options(string partner, GatewayAddresses addresses, DevelopmentCertificates certificates) =>
        new()
        {
            PartnerId = partner,
            GatewayUrl = addresses.PartnerUrl,
            IssuerUrl = addresses.PublicUrl,
            Certificates = certificates.Partner(partner),
            Scopes = [PartnerScopes.ScoreRead, PartnerScopes.EligibilityCheck, PartnerScopes.WaiverWrite],
        };
}
