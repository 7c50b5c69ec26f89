using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Programmes;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Programmes;

public sealed class ProgrammeCatalogueSourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Source_NoFileNamed_LoadsTheShippedProgrammes()
    {
        var catalogue = new ProgrammeCatalogueSource(new GatewayOptions()).Current;

        Assert.Equal(13, catalogue.Programmes.Count());
        Assert.Equal(5, catalogue.OverallLimits.OpenCount);
        Assert.Equal(12, catalogue.OverallLimits.QuotaBands.Count);
        Assert.All(catalogue.Programmes, programme => Assert.Equal(programme.Programme_, catalogue.Find(programme.Programme_)!.Id));
    }

    [Fact]
    public void Source_FileNamed_LoadsThatOne()
    {
        var shipped = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Programmes", "programmes.json"));
        var path = folder.File("own.json", shipped.Replace("\"bike.deposit_free\"", "\"scooter.deposit_free\"", StringComparison.Ordinal));
        var catalogue = new ProgrammeCatalogueSource(new GatewayOptions { Programmes = { File = path } }).Current;

        Assert.NotNull(catalogue.Find("scooter.deposit_free"));
        Assert.Null(catalogue.Find("bike.deposit_free"));
    }

    [Fact]
    public void Find_OtherLetterCase_FindsNothing() => Assert.Null(Samples.Catalogue.Find("Bike.deposit_free"));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"programs\": []}")]
    [InlineData("{\"programmes\": [{\"version\": \"one\"}]}")]
    public void Parse_NoProtoJson_NamesTheKeyAndTheFile(string json)
    {
        var exception = Assert.Throws<ConfigurationException>(() => ProgrammeCatalogueSource.Parse("own.json", json));

        Assert.StartsWith("Sesame:Programmes:File is \"own.json\"; allowed: ProtoJSON", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_BadRule_NamesTheRule()
    {
        var exception = Assert.Throws<ConfigurationException>(() => ProgrammeCatalogueSource.Parse("own.json", "{}"));

        Assert.Equal("Sesame:Programmes:File is \"own.json\"; overall_limits.open_count must be 1 to 100.", exception.Message);
    }
}
