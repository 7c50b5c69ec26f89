using System.Collections.Frozen;
using Google.Protobuf;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Gateway.Programmes;

/// <summary>The programmes in force, compiled; immutable.</summary>
internal sealed class CompiledCatalogue(ProgrammeCatalogue document)
{
    private readonly FrozenDictionary<string, CompiledProgramme> programmes = document.Programmes.ToFrozenDictionary(
        programme => programme.Programme_,
        programme => new CompiledProgramme(programme),
        StringComparer.Ordinal
    );

    public OverallLimits OverallLimits => document.OverallLimits;

    public IEnumerable<Programme> Programmes => document.Programmes.OrderBy(programme => programme.Programme_, StringComparer.Ordinal);

    public CompiledProgramme? Find(string id) => programmes.GetValueOrDefault(id);

    /// <summary>Largest sum of open amounts of a person with this score, over all partners, in fen.</summary>
    public long OverallAmountAt(int score) => OverallLimits.QuotaBands.Last(band => score >= band.MinimumScore).AmountLimit.MinorUnits;
}

/// <summary>Reads the programme file at start; a wrong file stops the start.</summary>
internal sealed class ProgrammeCatalogueSource
{
    public ProgrammeCatalogueSource(GatewayOptions options)
    {
        var path =
            options.Programmes.File.Length > 0
                ? options.Programmes.File
                : Path.Combine(AppContext.BaseDirectory, "Programmes", "programmes.json");
        Current = Parse(path, File.ReadAllText(path));
    }

    public CompiledCatalogue Current { get; }

    internal static CompiledCatalogue Parse(string path, string json)
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
            : new CompiledCatalogue(catalogue);
    }
}
