using System.Net;
using System.Net.Sockets;
using SesameGrpc.Cli.Certificates;

namespace SesameGrpc.Cli.Hosting;

/// <summary>A gateway in sandbox mode and the payment system beside it, as child processes; their output goes to gateway.log and rail.log in the data directory.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private readonly ServerProcess gateway;
    private readonly ServerProcess rail;

    private GatewayProcess(ServerProcess gateway, ServerProcess rail, GatewayAddresses addresses)
    {
        (this.gateway, this.rail) = (gateway, rail);
        Addresses = addresses;
    }

    public GatewayAddresses Addresses { get; }

    /// <summary>Starts the two and returns once they are ready to answer.</summary>
    public static async Task<GatewayProcess> StartAsync(
        GatewayAddresses addresses,
        string dataDirectory,
        DevelopmentCertificates certificates,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (addresses.FirstTaken() is { } taken)
        {
            throw new GatewayStartException(
                $"Port {taken} is taken by another program; stop it, or use --ports-from to choose other ports."
            );
        }

        var (gatewayBinary, railBinary) = (GatewayBinary.Find(), GatewayBinary.FindRail());
        Directory.CreateDirectory(dataDirectory);
        var railSettings = GatewaySettings.ForRail(addresses, dataDirectory, certificates);
        var payments = ServerProcess.Start("The payment system", railBinary, railSettings, Path.Combine(dataDirectory, "rail.log"));
        var settings = GatewaySettings.ForSandbox(addresses, dataDirectory, certificates);
        var server = ServerProcess.Start("The gateway", gatewayBinary, settings, Path.Combine(dataDirectory, "gateway.log"));
        var started = new GatewayProcess(server, payments, addresses);
        try
        {
            await started.WaitUntilReadyAsync(time, cancellationToken);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the gateway ends in good order by itself, as Ctrl-C in its terminal makes it; throws when it breaks down.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken) => gateway.WaitForExitAsync(cancellationToken);

    /// <summary>Lets the gateway end first, while its payment system still answers.</summary>
    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await rail.DisposeAsync();
    }

    private async Task WaitUntilReadyAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = Addresses.InternalUrl, Timeout = TimeSpan.FromSeconds(2) };
        await gateway.WaitUntilReadyAsync(cancellation => IsReadyAsync(http, cancellation), time, cancellationToken);
        await rail.WaitUntilReadyAsync(cancellation => IsListeningAsync(Addresses.Rail, cancellation), time, cancellationToken);
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Whether a server has opened its port: the payment system does when it has read its journal, and nobody but a gateway may ask it more.</summary>
    public static async Task<bool> IsListeningAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
