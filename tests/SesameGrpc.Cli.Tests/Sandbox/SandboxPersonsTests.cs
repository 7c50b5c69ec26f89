using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Sandbox;
using SesameGrpc.Contracts.Operator.V1;
using Xunit;

namespace SesameGrpc.Cli.Tests.Sandbox;

public sealed class SandboxPersonsTests
{
    private static readonly SandboxPersons Wednesday = new(new DateTimeOffset(2026, 1, 7, 15, 0, 0, TimeSpan.Zero));

    private static readonly Persona[] Personas =
    [
        Kind(""),
        Kind("-listed", persona => persona.CourtListed = true),
        Kind("-stale", persona => persona.ScoreAge = Duration.FromTimeSpan(TimeSpan.FromDays(91))),
        Kind("-notopted", persona => persona.OptedIn = false),
    ];

    [Fact]
    public void TestPersons_OfKindsThatAreOptedIn_HaveTheScoreInTheirName()
    {
        var rows = Wednesday.TestPersons(Personas).ToList();

        Assert.Equal(3 * 601, rows.Count);
        Assert.All(rows, row => Assert.StartsWith($"test-{row.Score}", row.Person, StringComparison.Ordinal));
        Assert.All(rows, row => Assert.Equal(row.Person.EndsWith("-listed", StringComparison.Ordinal), row.CourtListed));
        Assert.Equal(rows.Count, rows.Select(row => row.Person).Distinct(StringComparer.Ordinal).Count());
        Assert.DoesNotContain(rows, row => row.Person.EndsWith("-notopted", StringComparison.Ordinal));
    }

    [Fact]
    public void TestPersons_WithAScoreAge_WereScoredThatLongBefore()
    {
        var rows = Wednesday.TestPersons(Personas).ToDictionary(row => row.Person, row => row.AsOfUnixMicros);

        Assert.Equal(91L * 86_400_000_000, rows["test-650"] - rows["test-650-stale"]);
    }

    [Fact]
    public void Generated_Twice_AreTheSame_AndAnotherSeedMakesOthers()
    {
        Assert.Equal(Wednesday.Generated(2000, 1), Wednesday.Generated(2000, 1));
        Assert.NotEqual(Wednesday.Generated(2000, 1), Wednesday.Generated(2000, 2));
    }

    [Fact]
    public void Generated_All_AreWithinTheScaleInOneForm()
    {
        var rows = Wednesday.Generated(2000, SandboxPersons.UsualSeed).ToList();

        Assert.All(rows, row => Assert.True(row.Score is >= 350 and <= 950 ^ row.CreditHistory is >= 350 and <= 950));
        Assert.Equal(Enumerable.Range(1, 2000).Select(line => (long)line), rows.Select(row => row.Line));
    }

    [Theory]
    [InlineData(5, "2026-01-05")]
    [InlineData(7, "2026-01-05")]
    [InlineData(11, "2026-01-05")]
    [InlineData(12, "2026-01-12")]
    public void Week_AnyDay_BeginsOnMonday(int day, string week) =>
        Assert.Equal(week, new SandboxPersons(new DateTimeOffset(2026, 1, day, 23, 59, 0, TimeSpan.Zero)).Week);

    private static Persona Kind(string suffix, Action<Persona>? change = null)
    {
        var persona = new Persona
        {
            Suffix = suffix,
            OptedIn = true,
            ScoreAge = new Duration(),
        };
        change?.Invoke(persona);
        return persona;
    }
}
