using System.CommandLine;
using SesameGrpc.Cli.Connecting;

namespace SesameGrpc.Cli.Certificates;

/// <summary>Asks for the next certificate and waits for an operator's signature where it needs one; what `join` and `renew` share.</summary>
internal static class CertificateWait
{
    public static readonly Option<int> WaitMinutes = new("--wait-minutes")
    {
        Description = "How long to wait for the operator's signature, where the gateway cannot sign by itself.",
        DefaultValueFactory = _ => 10,
        HelpName = "minutes",
    };

    /// <summary>False: the request waits still; the same command again goes on.</summary>
    public static async Task<bool> FetchAsync(
        CommandContext context,
        CertificateDesk desk,
        PartnerCredential credential,
        CancellationToken cancellationToken
    )
    {
        var told = false;
        var longest = TimeSpan.FromMinutes(context.Get(WaitMinutes));
        var certificate = await desk.AskAsync(credential.RequestNext(), longest, TellOnce, cancellationToken);
        if (certificate is null)
        {
            await context.Output.Error.WriteLineAsync(
                "The operator has not signed it yet. Run the same command again later; it goes on with the same key."
            );
            return false;
        }

        credential.Accept(certificate);
        return true;

        void TellOnce()
        {
            if (!told)
            {
                context.Output.Error.WriteLine("Waiting for the operator's signature (`sesame csr list`, `sesame csr sign`).");
            }

            told = true;
        }
    }
}
