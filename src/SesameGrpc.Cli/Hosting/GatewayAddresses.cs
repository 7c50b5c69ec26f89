using System.Net;
using System.Net.Sockets;

namespace SesameGrpc.Cli.Hosting;

/// <summary>The loopback ports of a gateway started by the CLI, and of the payment system beside it.</summary>
internal sealed record GatewayAddresses(int Partner, int Public, int Operator, int Internal, int Rail)
{
    public static readonly GatewayAddresses Default = From(7443);

    public Uri PartnerUrl => new($"https://localhost:{Partner}");

    public Uri PublicUrl => new($"https://localhost:{Public}");

    public Uri OperatorUrl => new($"https://localhost:{Operator}");

    public Uri InternalUrl => new($"http://127.0.0.1:{Internal}");

    public Uri RailUrl => new($"https://localhost:{Rail}");

    public static GatewayAddresses From(int first) => new(first, first + 1, first + 2, first + 3, first + 4);

    /// <summary>Replaces every 0 by a port that is free now; all are held until all are known, so that they differ.</summary>
    public GatewayAddresses WithFreePorts()
    {
        var held = new List<TcpListener>();
        try
        {
            return new GatewayAddresses(
                Choose(Partner, held),
                Choose(Public, held),
                Choose(Operator, held),
                Choose(Internal, held),
                Choose(Rail, held)
            );
        }
        finally
        {
            held.ForEach(listener => listener.Stop());
        }
    }

    /// <summary>The first port that something else already listens on; null when all are free.</summary>
    public int? FirstTaken()
    {
        foreach (var port in (int[])[Partner, Public, Operator, Internal, Rail])
        {
            var probe = new TcpListener(IPAddress.Loopback, port);
            try
            {
                probe.Start();
            }
            catch (SocketException)
            {
                return port;
            }
            finally
            {
                probe.Stop();
            }
        }

        return null;
    }

    private static int Choose(int wanted, List<TcpListener> held)
    {
        if (wanted != 0)
        {
            return wanted;
        }

        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        held.Add(listener);
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
