using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SesameGrpc.Soak.Events;

/// <summary>The consumer's receiver of webhooks: appends each event to a file before it acknowledges it.</summary>
internal static class PushedEvents
{
    public static string File(string folder) => Path.Combine(folder, "pushed");

    public static async Task<WebApplication> ReceiveAsync(string folder, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        var pushed = new StreamWriter(File(folder), append: true) { AutoFlush = true };
        var writing = new Lock();
        app.Run(async http =>
        {
            var data = (await JsonNode.ParseAsync(http.Request.Body))!["data"]!;
            var waiver = data["deposit_waiver"]!;
            var received = new ReceivedEvent(
                http.Request.Headers["webhook-id"].ToString(),
                (string)data["subject"]!,
                (string)waiver["order_id"]!,
                (long)waiver["revision"]!
            );
            lock (writing)
            {
                pushed.Write($"{received}\n");
            }

            http.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        await app.StartAsync();
        return app;
    }
}
