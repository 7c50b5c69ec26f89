using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Partners;
using Xunit;
using Consent = SesameGrpc.Gateway.Consents.Consent;
using ConsentState = SesameGrpc.Gateway.Consents.ConsentState;

namespace SesameGrpc.Gateway.Tests.Consents;

public sealed class ConsentRulesTests
{
    private static readonly PartnerRecord Bike = new(
        new Partner
        {
            Partner_ = "hello-bike",
            Kind = PartnerKind.Sharing,
            Scopes = { "eligibility.check", "deposit_waiver.write", "event.read" },
            Enrolments =
            {
                new Enrolment { Programme = "bike.deposit_free", Revision = 1 },
            },
        },
        Samples.Catalogue
    );

    [Fact]
    public void FaultsOf_AGoodRequest_AreNone() =>
        Assert.Empty(ConsentRules.FaultsOf(Bike, Purpose.DepositWaiver, ["eligibility.check"], ["bike.deposit_free"], 180));

    [Theory]
    [InlineData("purpose", Purpose.CreditLine, "eligibility.check", "bike.deposit_free", 1)]
    [InlineData("purpose", Purpose.Unspecified, "eligibility.check", "bike.deposit_free", 1)]
    [InlineData("scopes", Purpose.DepositWaiver, "score.read", "bike.deposit_free", 1)]
    [InlineData("scopes", Purpose.DepositWaiver, "event.read", "bike.deposit_free", 1)]
    [InlineData("programmes", Purpose.DepositWaiver, "eligibility.check", "library.card_free", 1)]
    [InlineData("programmes", Purpose.DepositWaiver, "eligibility.check", "*", 1)]
    [InlineData("days", Purpose.DepositWaiver, "eligibility.check", "bike.deposit_free", 0)]
    [InlineData("days", Purpose.DepositWaiver, "eligibility.check", "bike.deposit_free", 181)]
    public void FaultsOf_ABadPart_NameIt(string part, Purpose purpose, string scope, string programme, int days) =>
        Assert.Equal(part, Assert.Single(ConsentRules.FaultsOf(Bike, purpose, [scope], [programme], days)).Key);

    [Fact]
    public void FaultsOf_NoScopeAtAll_NameTheScopes() =>
        Assert.Equal("scopes", Assert.Single(ConsentRules.FaultsOf(Bike, Purpose.DepositWaiver, [], [], 1)).Key);

    [Theory]
    [InlineData(nameof(ConsentState.Active), 0, true)]
    [InlineData(nameof(ConsentState.Active), 99, true)]
    [InlineData(nameof(ConsentState.Active), 100, false)]
    [InlineData(nameof(ConsentState.Suspended), 0, false)]
    [InlineData(nameof(ConsentState.Withdrawn), 0, false)]
    [InlineData(nameof(ConsentState.Replaced), 0, false)]
    public void Covers_OnlyWhatIsActiveBeforeItsEnd(string state, long now, bool isCovered) =>
        Assert.Equal(isCovered, Of(Enum.Parse<ConsentState>(state), "a").Covers("score.read", "a", now));

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "b", false)]
    [InlineData("*", "b", true)]
    [InlineData("a", null, true)]
    public void Covers_OnlyTheProgrammesAgreedTo(string agreed, string? asked, bool isCovered)
    {
        Assert.Equal(isCovered, Of(ConsentState.Active, agreed).Covers("score.read", asked, 0));
        Assert.False(Of(ConsentState.Active, agreed).Covers("score.dimensions.read", asked, 0));
    }

    private static Consent Of(ConsentState state, string programme) =>
        new()
        {
            Id = "c",
            Partner = "p",
            Person = "x",
            Subject = "s",
            Purpose = Purpose.CreditLine,
            Scopes = ["score.read"],
            Programmes = [programme],
            State = state,
            GrantedMicros = 0,
            ExpireMicros = 100,
        };
}
