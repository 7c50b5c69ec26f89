using System.CommandLine;
using Google.Protobuf;
using SesameGrpc.Cli.Certificates;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Partners;

/// <summary>`sesame partner add`: onboards a partner and, where a development CA is at hand, mints its certificate.</summary>
internal static class PartnerAddCommand
{
    private static readonly Option<bool> SelfSigned = new("--self-signed")
    {
        Description = "Mint and register a certificate that signs itself.",
    };

    public static Command Create() =>
        new Command("add", "Onboard a partner.")
            .With(PartnerOptions.Id)
            .WithPartner()
            .With(SelfSigned, ConnectionOptions.RequestId)
            .ForOperator()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var selfSigned = context.Get(SelfSigned);
        var partner = PartnerOptions.Read(context);
        partner.ClientAuthentication = selfSigned ? ClientAuthentication.SelfSignedTls : ClientAuthentication.TlsCa;
        using var channel = context.ConnectOperator();
        var request = new CreatePartnerRequest { RequestId = context.RequestId(), Partner = partner };
        partner = (await channel.Partners.CreatePartnerAsync(request, cancellationToken: cancellationToken)).Partner;
        if (selfSigned)
        {
            partner = await RegisterSelfSignedAsync(context, channel, partner.Partner_, cancellationToken);
        }

        PartnerCommands.Show(context.Output, partner);
        await TellCertificateAsync(context, partner.Partner_, selfSigned);
        return ExitCode.Ok;
    }

    private static async Task<Partner> RegisterSelfSignedAsync(
        CommandContext context,
        OperatorChannel channel,
        string partnerId,
        CancellationToken cancellationToken
    )
    {
        var request = new AddPartnerCertificateRequest
        {
            RequestId = CommandContext.NewRequestId(),
            Partner = partnerId,
            CertificateDer = ByteString.CopyFrom(context.Certificates.MintSelfSignedPartner(partnerId)),
        };
        return (await channel.Partners.AddPartnerCertificateAsync(request, cancellationToken: cancellationToken)).Partner;
    }

    private static async Task TellCertificateAsync(CommandContext context, string partnerId, bool selfSigned)
    {
        var certificates = context.Certificates;
        if (!selfSigned && certificates.HasAuthority)
        {
            certificates.EnsurePartner(partnerId);
        }

        if (!context.Output.Json)
        {
            var files = certificates.Partner(partnerId);
            await context.Output.Out.WriteLineAsync(
                File.Exists(files.CertificatePath)
                    ? $"  certificate: {files.CertificatePath}"
                    : $"  The partner needs a certificate of the partner CA with the URI {DevelopmentCertificates.PartnerIdentity(partnerId)}."
            );
        }
    }
}
