using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;
using CertificateRequest = SesameGrpc.Contracts.Operator.V1.CertificateRequest;

namespace SesameGrpc.Cli.Certificates;

/// <summary>`sesame csr list|sign`: signs what partners have asked for, on the machine that has the CA's key.</summary>
internal static class CsrCommands
{
    private static readonly Argument<string> Id = new("ID")
    {
        Description = "Id of the request, or of the partner whose one request waits.",
    };

    private static readonly Option<bool> All = new("--all") { Description = "Also those that have their certificate." };

    private static readonly Option<FileInfo> Issuer = new("--issuer-certificate")
    {
        Description = "CA certificate, PEM; one of the gateway's Tls:PartnerCa.",
        Required = true,
        HelpName = "file",
    };

    private static readonly Option<FileInfo> IssuerKey = new("--issuer-key")
    {
        Description = "Its private key, PEM. It stays here.",
        Required = true,
        HelpName = "file",
    };

    private static readonly Option<int> Days = new("--days")
    {
        Description = "Lifetime of the certificate, 1 to 398 days.",
        DefaultValueFactory = _ => 90,
        HelpName = "days",
    };

    public static Command Create() =>
        new Command("csr", "Partners' requests for certificates (operator).").With(
            new Command("list", "List the requests that wait for a signature.").With(All).ForOperator().Runs(ListAsync),
            new Command("sign", "Sign a request here, and hand the gateway the certificate.")
                .With(Id, Issuer, IssuerKey, Days)
                .ForOperator()
                .Runs(SignAsync)
        );

    private static async Task<ExitCode> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        context.Output.WriteTable(
            await FindAsync(channel, context.Get(All), cancellationToken),
            ["request (SHA-256 of the key)", "partner", "state", "asked", "until"],
            request =>
                [
                    request.CertificateRequestId,
                    request.Partner,
                    MessageJson.Name(request.State),
                    Display.Time(request.RequestTime),
                    Display.Time(request.ExpireTime),
                ]
        );
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> SignAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var days = context.Get(Days);
        if (days is < 1 or > 398)
        {
            throw new UsageException("--days: must be 1 to 398.");
        }

        using var channel = context.ConnectOperator();
        var id = context.Get(Id);
        var waiting = await FindAsync(channel, all: false, cancellationToken);
        var found = waiting.FindAll(request => request.CertificateRequestId == id || request.Partner == id);
        if (found.Count != 1)
        {
            throw new UsageException($"{id}: {found.Count} requests wait for a signature under it; `sesame csr list` shows all.");
        }

        using var authority = ReadAuthority(context.Get(Issuer), context.Get(IssuerKey));
        using var certificate = new CertificateMint(context.Time).SignRequest(
            authority,
            found[0].RequestDer.ToByteArray(),
            found[0].Partner,
            DevelopmentCertificates.PartnerIdentity(found[0].Partner),
            TimeSpan.FromDays(days)
        );
        var issuing = new IssueCertificateRequest
        {
            RequestId = CommandContext.NewRequestId(),
            CertificateRequestId = found[0].CertificateRequestId,
            CertificateDer = ByteString.CopyFrom(certificate.RawData),
        };
        var issued = (await channel.Onboarding.IssueCertificateAsync(issuing, cancellationToken: cancellationToken)).CertificateRequest;
        if (context.Output.Json)
        {
            context.Output.WriteJson(MessageJson.From(issued));
        }
        else
        {
            context.Output.WriteCard($"{issued.Partner} has its certificate", ("until", Display.Time(issued.ExpireTime)));
        }

        return ExitCode.Ok;
    }

    private static X509Certificate2 ReadAuthority(FileInfo certificate, FileInfo key)
    {
        X509Certificate2 authority;
        try
        {
            authority = X509Certificate2.CreateFromPemFile(certificate.FullName, key.FullName);
        }
        catch (ArgumentException)
        {
            throw new UsageException($"--issuer-key: {key} does not belong to the certificate {certificate}.");
        }

        return authority.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority)
            ? authority
            : throw new UsageException($"--issuer-certificate: {certificate} is not the certificate of a CA.");
    }

    private static Task<List<CertificateRequest>> FindAsync(OperatorChannel channel, bool all, CancellationToken cancellationToken) =>
        PagedList.ReadAllAsync<CertificateRequest>(
            async (size, token) =>
            {
                var request = new ListCertificateRequestsRequest
                {
                    State = all ? CertificateRequestState.Unspecified : CertificateRequestState.Waiting,
                    PageSize = size,
                    PageToken = token,
                };
                var page = await channel.Onboarding.ListCertificateRequestsAsync(request, cancellationToken: cancellationToken);
                return (page.CertificateRequests, page.NextPageToken);
            }
        );
}
