using System.CommandLine;
using Google.Protobuf;
using SesameGrpc.Cli.Calls;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Partners;

/// <summary>`sesame partner add`: onboards a partner and, where a development CA is at hand, mints its certificate.</summary>
internal static class PartnerAddCommand
{
    private static readonly Argument<string> Id = new("ID") { Description = "Id of the partner: 2 to 40 characters of a-z 0-9 -." };

    private static readonly Option<string> Name = new("--name") { Description = "Name shown to persons.", Required = true };

    private static readonly Option<PartnerKind> Kind = new("--kind")
    {
        Description =
            "What business it is in: sharing, rental, hospital, library, dating, retail, transport, lender. It bounds what the partner may be told of persons.",
        Required = true,
    };

    private static readonly Option<string[]> RedirectUris = new("--redirect-uri")
    {
        Description = "Where browsers are sent back to after a person has decided on a consent; repeatable.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string[]> BadgeSites = new("--badge-site")
    {
        Description = "Site on which its credit badges may be shown, for example https://www.baihe.example; repeatable.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "origin",
    };

    private static readonly Option<string[]> Programmes = new("--programme")
    {
        Description = "Programme that the partner may use, PROGRAMME[:min_score[:amount_fen]]; repeatable.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string[]> Scopes = new("--scope")
    {
        Description =
            "Scope that the partner may request: score.read, score.band.read, score.dimensions.read, eligibility.check, deposit_waiver.read, deposit_waiver.write, credit_badge.read, credit_badge.write, consent.read, event.read, webhook.read, webhook.write; repeatable.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> SelfSigned = new("--self-signed")
    {
        Description = "Mint and register a certificate that signs itself.",
    };

    public static Command Create() =>
        new Command("add", "Onboard a partner.")
            .With(Id, Name, Kind, Scopes, Programmes, RedirectUris, BadgeSites, SelfSigned, WaiverCommands.RequestId)
            .ForOperator()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var selfSigned = context.Get(SelfSigned);
        var partner = new Partner
        {
            Partner_ = context.Get(Id),
            DisplayName = context.Get(Name),
            Kind = context.Get(Kind),
            RedirectUris = { context.Get(RedirectUris) ?? [] },
            BadgeSites = { context.Get(BadgeSites) ?? [] },
            ClientAuthentication = selfSigned ? ClientAuthentication.SelfSignedTls : ClientAuthentication.TlsCa,
            Scopes = { context.Get(Scopes) ?? [] },
            Enrolments = { (context.Get(Programmes) ?? []).Select(ProgrammeArgument.Parse) },
        };
        using var channel = context.ConnectOperator();
        var request = new CreatePartnerRequest
        {
            RequestId = WaiverCommands.ChooseRequestId(context.Get(WaiverCommands.RequestId)),
            Partner = partner,
        };
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
            RequestId = WaiverCommands.ChooseRequestId(given: null),
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
                    : $"  The partner needs a certificate of the partner CA with the URI urn:sesame:partner:{partnerId}."
            );
        }
    }
}
