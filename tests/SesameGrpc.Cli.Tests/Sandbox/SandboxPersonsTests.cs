using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Cli.Sandbox;
using Xunit;

namespace SesameGrpc.Cli.Tests.Sandbox;

public sealed class SandboxPersonsTests
{
    private static readonly FakeTimeProvider Wednesday = new(new DateTimeOffset(2026, 1, 7, 15, 0, 0, TimeSpan.Zero));

    [Fact]
    public void TestPersons_All_HaveTheScoreInTheirName()
    {
        var rows = new SandboxPersons(Wednesday).TestPersons().ToList();

        Assert.Equal(SandboxPersons.TestPersonCount, rows.Count);
        Assert.All(rows, row => Assert.StartsWith($"test-{row.Score}", row.Person, StringComparison.Ordinal));
        Assert.All(rows, row => Assert.Equal(row.Person.EndsWith("-listed", StringComparison.Ordinal), row.CourtListed));
        Assert.Equal(rows.Count, rows.Select(row => row.Person).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Generated_Twice_AreTheSame()
    {
        var persons = new SandboxPersons(Wednesday);

        Assert.Equal(persons.Generated(2000), persons.Generated(2000));
    }

    [Fact]
    public void Generated_All_AreWithinTheScaleInOneForm()
    {
        var rows = new SandboxPersons(Wednesday).Generated(2000).ToList();

        Assert.All(rows, row => Assert.True(row.Score is >= 350 and <= 950 ^ row.CreditHistory is >= 350 and <= 950));
        Assert.Equal(Enumerable.Range(1, 2000).Select(line => (long)line), rows.Select(row => row.Line));
    }

    [Theory]
    [InlineData(5, "2026-01-05")]
    [InlineData(7, "2026-01-05")]
    [InlineData(11, "2026-01-05")]
    [InlineData(12, "2026-01-12")]
    public void Week_AnyDay_BeginsOnMonday(int day, string week) =>
        Assert.Equal(week, new SandboxPersons(new FakeTimeProvider(new DateTimeOffset(2026, 1, day, 23, 59, 0, TimeSpan.Zero))).Week);
}
