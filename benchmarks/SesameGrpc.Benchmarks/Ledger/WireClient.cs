using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using SesameGrpc.Benchmarks.Measuring;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Benchmarks.Ledger;

/// <summary>What the client process is told first; certificates are PEM.</summary>
internal sealed record WireSetup(Uri Url, string Ca, string Certificate, string Key, int Persons);

/// <summary>What it is then told for each window.</summary>
internal sealed record WireWindow(int Clients, double Seconds, string Token);

/// <summary>The client process: reads a setup, then windows, one JSON document a line, and answers each line with one. Every client has a connection of its own, as pgbench's have.</summary>
internal static class WireClient
{
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(TextReader input, TextWriter output)
    {
        var setup = JsonSerializer.Deserialize<WireSetup>((await input.ReadLineAsync())!)!;
        using var world = new LedgerWorld(setup.Persons);
        var connections = new List<Connection>();
        await output.WriteLineAsync("{}");
        while (await input.ReadLineAsync() is { } line)
        {
            var window = JsonSerializer.Deserialize<WireWindow>(line)!;
            while (connections.Count < window.Clients)
            {
                connections.Add(new Connection(setup));
            }

            var headers = new Metadata { { "authorization", $"Bearer {window.Token}" } };
            var result = await ClosedLoop.RunAsync(
                window.Clients,
                window.Seconds,
                client => connections[client].GrantAsync(headers, world.DrawPerson(), Guid.NewGuid().ToString())
            );
            await output.WriteLineAsync(JsonSerializer.Serialize(result));
        }

        connections.ForEach(connection => connection.Dispose());
        return 0;
    }

    private sealed class Connection : IDisposable
    {
        private readonly GrpcChannel channel;
        private readonly DepositWaiverService.DepositWaiverServiceClient waivers;

        public Connection(WireSetup setup)
        {
            var handler = new SocketsHttpHandler { SslOptions = ClientTls.Of(setup.Certificate, setup.Key, setup.Ca) };
            channel = GrpcChannel.ForAddress(setup.Url, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
            waivers = new DepositWaiverService.DepositWaiverServiceClient(channel);
        }

        public async Task GrantAsync(Metadata headers, string person, string orderId)
        {
            var request = new GrantDepositWaiverRequest
            {
                RequestId = orderId,
                OrderId = orderId,
                Subject = person,
                Programme = LedgerWorld.Programme,
            };
            var deadline = TimeProvider.System.GetUtcNow().Add(LongestCall).UtcDateTime;
            LedgerWorld.RequireGranted(await waivers.GrantDepositWaiverAsync(request, headers, deadline), orderId);
        }

        public void Dispose() => channel.Dispose();
    }
}
