using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace SesameGrpc.TestSupport;

/// <summary>Looks at every answer that a gateway under test gives: one that is not OK and lacks what it must carry fails the test, whoever it was given to.</summary>
internal sealed class StatusWatch : IStartupFilter
{
    private readonly ConcurrentQueue<string> faults = new();

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
        app =>
        {
            app.Use(
                async (HttpContext http, RequestDelegate rest) =>
                {
                    await rest(http);
                    Look(http);
                }
            );
            next(app);
        };

    public void ThrowOnFaults()
    {
        if (!faults.IsEmpty)
        {
            throw new InvalidOperationException($"The gateway gave incomplete statuses:\n{string.Join('\n', faults)}");
        }
    }

    private void Look(HttpContext http)
    {
        var trailers = http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        var fields = trailers?.ContainsKey("grpc-status") == true ? trailers : http.Response.Headers;
        if (!int.TryParse(fields["grpc-status"], out var code) || code == 0)
        {
            return;
        }

        var details = fields["grpc-status-details-bin"].ToString();
        if (StatusContract.FaultOf(code, details.Length > 0 ? StatusContract.Decode(details) : null) is { } fault)
        {
            faults.Enqueue($"{http.Request.Path}: {fault}");
        }
    }
}
