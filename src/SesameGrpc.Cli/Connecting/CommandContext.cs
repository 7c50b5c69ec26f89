using System.CommandLine;
using SesameGrpc.Cli.Certificates;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;

namespace SesameGrpc.Cli.Connecting;

/// <summary>One run of one command: its arguments, its output, its clock, and the connections that its options describe.</summary>
internal sealed class CommandContext(ParseResult arguments, CliOutput output, TimeProvider time)
{
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    public CliOutput Output { get; } = output;

    public TimeProvider Time { get; } = time;

    public DevelopmentCertificates Certificates => new(Get(ConnectionOptions.Certs), Time);

    public T Get<T>(Option<T> option) => arguments.GetValue(option)!;

    public T Get<T>(Argument<T> argument) => arguments.GetValue(argument)!;

    /// <summary>A fresh UUID version 4.</summary>
    public static string NewRequestId() => Guid.NewGuid().ToString();

    /// <summary>The request id given, or a fresh one.</summary>
    public string RequestId() => Get(ConnectionOptions.RequestId) ?? NewRequestId();

    /// <summary>The calling partner's certificate, key and CA.</summary>
    public ClientCertificateOptions PartnerFiles => Files(Certificates.Partner(Get(ConnectionOptions.Partner)));

    /// <summary>Connects as the partner. The token is fetched here, so that its failure is told as what it is.</summary>
    /// <param name="scopes">What the command needs and no more; the option --scope overrides it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<SesameClient> ConnectPartnerAsync(IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        var client = new SesameClient(PartnerOptions(scopes), Time);
        try
        {
            await client.GetAccessTokenAsync(cancellationToken);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>What the options say of the calling partner, its files and its addresses.</summary>
    public SesameClientOptions PartnerOptions(IReadOnlyList<string> scopes) =>
        new()
        {
            PartnerId = Get(ConnectionOptions.Partner),
            GatewayUrls = [Get(ConnectionOptions.Gateway)],
            IssuerUrl = Get(ConnectionOptions.Issuer),
            Certificate = PartnerFiles,
            Scopes = Get(ConnectionOptions.Scopes) is { Length: > 0 } chosen ? chosen : scopes,
            CallTimeout = CallTimeout,
            // A command shows what it is answered, failures that were asked for included.
            MaxRetries = 0,
        };

    public OperatorChannel ConnectOperator() => new(Get(ConnectionOptions.Operator), Files(Certificates.Operator), CallTimeout, Time);

    private ClientCertificateOptions Files(ClientCertificateOptions development) =>
        ClientCertificateOptions.FromPem(
            Get(ConnectionOptions.Certificate) ?? development.CertificatePath,
            Get(ConnectionOptions.Key) ?? development.KeyPath,
            Get(ConnectionOptions.Ca) ?? development.CaPath
        );
}
