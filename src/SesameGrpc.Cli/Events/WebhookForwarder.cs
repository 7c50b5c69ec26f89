using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Webhooks;
using Spectre.Console;

namespace SesameGrpc.Cli.Events;

/// <summary>
/// Posts events to a receiver as the gateway pushes them: the same body, the same headers, signed anew at each attempt. One after the other, so that their order holds; the pauses are those of somebody who waits for the
/// next attempt at a desk.
/// </summary>
internal sealed class WebhookForwarder : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(2),
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(10),
        TimeSpan.FromSeconds(30),
    ];

    private readonly Uri url;
    private readonly byte[] key;
    private readonly CliOutput output;
    private readonly TimeProvider time;
    private readonly HttpClient http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        }
    )
    {
        Timeout = Timeout,
    };

    public WebhookForwarder(Uri url, byte[] key, CliOutput output, TimeProvider time) =>
        (this.url, this.key, this.output, this.time) = (url, key, output, time);

    /// <summary>Posts one event until the receiver takes it, or five more attempts have failed.</summary>
    public async Task ForwardAsync(Event told, CancellationToken cancellationToken)
    {
        byte[] body;
        try
        {
            body = WebhookPayload.Of(told);
        }
        catch (ArgumentException)
        {
            Tell(told, 1, "not forwarded: this program is older than the event's kind", isTaken: false, null);
            return;
        }

        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? pause = attempt <= Pauses.Length ? Pauses[attempt - 1] : null;
            var (answer, isTaken) = await PostAsync(told.EventId, body, cancellationToken);
            Tell(told, attempt, answer, isTaken, isTaken ? null : pause);
            if (isTaken || pause is null)
            {
                return;
            }

            await Task.Delay(pause.Value, time, cancellationToken);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<(string Answer, bool IsTaken)> PostAsync(string eventId, byte[] body, CancellationToken cancellationToken)
    {
        var seconds = time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("SesameGrpc-Webhooks", "1"));
        request.Headers.Add("webhook-id", eventId);
        request.Headers.Add("webhook-timestamp", seconds.ToString());
        var signature = WebhookSignature.Sign(WebhookSignatureScheme.HmacSha256, [key], eventId, seconds, body);
        request.Headers.TryAddWithoutValidation("webhook-signature", signature);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return ($"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd(), response.IsSuccessStatusCode);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ($"no answer within {Timeout.TotalSeconds:0} s", false);
        }
        catch (HttpRequestException exception)
        {
            return (exception.GetBaseException().Message, false);
        }
    }

    private void Tell(Event told, int attempt, string answer, bool isTaken, TimeSpan? pause)
    {
        if (output.Json)
        {
            output.WriteJson(
                new JsonObject
                {
                    ["forwarded"] = told.EventId,
                    ["attempt"] = attempt,
                    ["answer"] = answer,
                    ["delivered"] = isTaken,
                    ["next_attempt_in_seconds"] = pause?.TotalSeconds,
                }
            );
            return;
        }

        var next = (isTaken, pause) switch
        {
            (true, _) => "",
            (_, { } wait) => $"; again in {wait.TotalSeconds:0} s",
            _ => "; given up",
        };
        output.Console.MarkupLineInterpolated($"  [{(isTaken ? "green" : "red")}]{(isTaken ? "✓" : "✗")}[/] {answer}{next}");
    }
}
