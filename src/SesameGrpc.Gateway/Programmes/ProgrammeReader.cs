using System.Collections.Concurrent;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Programmes;

/// <summary>Reads which versions of the programmes are in force, and compiles each version once: none ever changes.</summary>
internal sealed class ProgrammeReader(ProgrammeStore store)
{
    // Longer than a decision counts, by what instances may be behind one another.
    private static readonly long FormerMicros = (CompiledProgramme.DecisionLifetime + TimeSpan.FromMinutes(1)).ToMicros();

    private readonly ConcurrentDictionary<(string Programme, int Version), CompiledProgramme> compiled = [];

    /// <summary>The programmes in force at a time.</summary>
    public async Task<CompiledCatalogue> ReadAsync(OverallLimits overallLimits, long nowMicros, CancellationToken cancellationToken)
    {
        List<CompiledProgramme> inForce = [];
        List<CompiledProgramme> former = [];
        var change = long.MaxValue;
        foreach (var group in (await store.ActivationsAsync(cancellationToken)).GroupBy(activation => activation.Programme))
        {
            var timeline = new ActivationTimeline(group);
            change = Math.Min(change, timeline.ChangeBehind(nowMicros) ?? long.MaxValue);
            if (timeline.InForceAt(nowMicros) is { } activation)
            {
                inForce.Add(await RequireAsync(activation, cancellationToken));
            }

            foreach (var ended in timeline.EndedWithin(nowMicros - FormerMicros, nowMicros))
            {
                former.Add(await RequireAsync(ended, cancellationToken));
            }
        }

        return new CompiledCatalogue(overallLimits, inForce, former, change);
    }

    /// <summary>A version, in force or not; null: there is none.</summary>
    public async Task<CompiledProgramme?> FindAsync(string programme, int version, CancellationToken cancellationToken) =>
        compiled.TryGetValue((programme, version), out var known) ? known
        : await store.FindAsync(programme, version, cancellationToken) is { } stored
            ? compiled.GetOrAdd((programme, version), new CompiledProgramme(stored.Document))
        : null;

    private async Task<CompiledProgramme> RequireAsync(Activation activation, CancellationToken cancellationToken) =>
        await FindAsync(activation.Programme, activation.Version, cancellationToken)
        ?? throw new InvalidOperationException($"Version {activation.Version} of {activation.Programme} is activated and not stored.");
}
