using CsCheck;
using SesameGrpc.Gateway.Keys;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Keys;

public sealed class PersonPseudonymsTests
{
    private readonly KeyRing keys = Samples.NewKeys();

    [Fact]
    public void Of_SamePerson_IsStable() =>
        Assert.Equal(new PersonPseudonyms(keys).Of("person-1"), new PersonPseudonyms(keys).Of("person-1"));

    [Fact]
    public void Of_OtherKeyRing_IsAnother() =>
        Assert.NotEqual(new PersonPseudonyms(keys).Of("person-1"), new PersonPseudonyms(Samples.NewKeys()).Of("person-1"));

    [Fact]
    public void Of_ManyPersons_AreDistinct()
    {
        var pseudonyms = new PersonPseudonyms(keys);

        Assert.Equal(10_000, Enumerable.Range(0, 10_000).Select(number => pseudonyms.Of($"person-{number}")).Distinct().Count());
        Assert.NotEqual(pseudonyms.Of("person-1"), pseudonyms.Of("Person-1"));
    }

    [Fact]
    public void Of_AnyValidId_Works()
    {
        var pseudonyms = new PersonPseudonyms(keys);
        Gen.String[Gen.Char.AlphaNumeric, 1, 64].Sample(person => Assert.Equal(pseudonyms.Of(person), pseudonyms.Of(person)));
    }
}
