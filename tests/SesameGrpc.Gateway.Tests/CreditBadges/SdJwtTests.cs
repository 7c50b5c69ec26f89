using SesameGrpc.Gateway.CreditBadges;
using Xunit;

namespace SesameGrpc.Gateway.Tests.CreditBadges;

/// <summary>Disclosures and digests are those of RFC 9901 sections 4.2.1 and 4.2.3.</summary>
public sealed class SdJwtTests
{
    private const string Salt = "_26bc4LT-ac6q2KI6cBW5es";

    [Fact]
    public void Disclose_OfTheRfcsExample_IsItsFormWithoutSpaces() =>
        Assert.Equal("WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsImZhbWlseV9uYW1lIiwiTcO2Yml1cyJd", SdJwt.Disclose(Salt, "family_name", "Möbius"));

    [Fact]
    public void DigestOf_TheRfcsExample_IsTheRfcs() =>
        Assert.Equal(
            "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0",
            SdJwt.DigestOf("WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0")
        );

    [Fact]
    public void NewSalt_Has128Bits_AndIsAnotherEachTime()
    {
        Assert.Equal(22, SdJwt.NewSalt().Length);
        Assert.NotEqual(SdJwt.NewSalt(), SdJwt.NewSalt());
    }

    [Fact]
    public void Combine_EndsEachPartWithATilde() => Assert.Equal("a.b.c~d~e~", SdJwt.Combine("a.b.c", "d", "e"));
}
