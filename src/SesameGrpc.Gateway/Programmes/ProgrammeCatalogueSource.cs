using System.Collections.Frozen;
using Google.Protobuf;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Gateway.Programmes;

/// <summary>The programmes in force, compiled; immutable.</summary>
/// <param name="overallLimits">Limits of one person over all programmes.</param>
/// <param name="inForce">The programmes in force.</param>
/// <param name="ended">Versions that were in force until a moment ago, newest first: decisions made by them may still count.</param>
/// <param name="changesAtMicros">When another version is scheduled to come in force.</param>
internal sealed class CompiledCatalogue(
    OverallLimits overallLimits,
    IReadOnlyCollection<CompiledProgramme> inForce,
    IReadOnlyCollection<CompiledProgramme> ended,
    long changesAtMicros
)
{
    private readonly FrozenDictionary<string, CompiledProgramme> programmes = inForce.ToFrozenDictionary(
        programme => programme.Id,
        StringComparer.Ordinal
    );

    public OverallLimits OverallLimits { get; } = overallLimits;

    public long ChangesAtMicros { get; } = changesAtMicros;

    public IEnumerable<Programme> Programmes =>
        inForce.Select(programme => programme.Document).OrderBy(programme => programme.Programme_, StringComparer.Ordinal);

    public CompiledProgramme? Find(string id) => programmes.GetValueOrDefault(id);

    /// <summary>The versions of a programme that were in force until a moment ago, newest first.</summary>
    public IEnumerable<CompiledProgramme> FormerOf(string id) => ended.Where(programme => programme.Id == id);

    /// <summary>Largest sum of open amounts of a person with this score, over all partners, in fen.</summary>
    public long OverallAmountAt(int score) => OverallLimits.QuotaBands.Last(band => score >= band.MinimumScore).AmountLimit.MinorUnits;
}

/// <summary>
/// The programmes in force on this instance. At start those of the programme file, a wrong one of which stops the start; from then on those of the store, in which the file's are only the first versions.
/// </summary>
internal sealed class ProgrammeCatalogueSource
{
    private volatile CompiledCatalogue current;

    public ProgrammeCatalogueSource(GatewayOptions options)
    {
        Path =
            options.Programmes.File.Length > 0
                ? options.Programmes.File
                : System.IO.Path.Combine(AppContext.BaseDirectory, "Programmes", "programmes.json");
        File = Parse(Path, System.IO.File.ReadAllText(Path));
        current = new CompiledCatalogue(
            File.OverallLimits,
            [.. File.Programmes.Select(programme => new CompiledProgramme(programme))],
            [],
            long.MaxValue
        );
    }

    /// <summary>Where the programme file is.</summary>
    public string Path { get; }

    /// <summary>What it says.</summary>
    public ProgrammeCatalogue File { get; }

    public CompiledCatalogue Current
    {
        get => current;
        set => current = value;
    }

    internal static ProgrammeCatalogue Parse(string path, string json)
    {
        ProgrammeCatalogue catalogue;
        try
        {
            catalogue = ProgrammeCatalogue.Parser.ParseJson(json);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new ConfigurationException(
                $"Sesame:Programmes:File is \"{path}\"; allowed: ProtoJSON of sesame.operator.v1.ProgrammeCatalogue ({exception.Message})"
            );
        }

        return ProgrammeRules.FaultOf(catalogue) is { } fault
            ? throw new ConfigurationException($"Sesame:Programmes:File is \"{path}\"; {fault}.")
            : catalogue;
    }
}
