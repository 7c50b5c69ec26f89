using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using SesameGrpc.Gateway.Pipeline;

namespace SesameGrpc.DocSite.Reference;

/// <summary>The gateway's own instruments: each class of metrics is made, and what it announces is written down.</summary>
internal static class MetricsPage
{
    public const string Path = "reference/metrics.html";

    /// <summary>What in the repository it is made of.</summary>
    public const string Source = "src/SesameGrpc.Gateway/Pipeline/CallMetrics.cs";

    public static SitePage Create()
    {
        var rows = Instruments()
            .OrderBy(instrument => instrument.Name, StringComparer.Ordinal)
            .Select(instrument =>
                $"| `{instrument.Name}` | {instrument.GetType().Name.Split('`')[0].ToLowerInvariant()} | {instrument.Unit} | {instrument.Description ?? throw new DocumentationException($"The instrument {instrument.Name} has no description. Give it one where it is made.")} |\n"
            );
        return SitePage.Made(
            Path,
            "# Metrics\n\n"
                + "At `/metrics` of the internal listener, in the text format of Prometheus: dots become underscores, and the unit stands at the end, as in `rpc_server_call_duration_seconds`. "
                + "Beside these stand the instruments of `Microsoft.AspNetCore.Server.Kestrel` and `System.Runtime`.\n\n"
                + $"| instrument | kind | unit | what it measures |\n|---|---|---|---|\n{string.Concat(rows)}"
        );
    }

    private static List<Instrument> Instruments()
    {
        var found = new List<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name.StartsWith(CallMetrics.MeterName, StringComparison.Ordinal))
            {
                found.Add(instrument);
            }
        };
        listener.Start();
        using var services = new ServiceCollection().AddMetrics().AddSingleton(TimeProvider.System).BuildServiceProvider();
        foreach (var type in typeof(CallMetrics).Assembly.GetTypes().Where(type => type.Name.EndsWith("Metrics", StringComparison.Ordinal)))
        {
            ActivatorUtilities.CreateInstance(services, type);
        }

        return found;
    }
}
