using System.Collections.Frozen;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.CreditBadges;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Storage;
using Xunit;
using Consent = SesameGrpc.Gateway.Consents.Consent;
using ConsentState = SesameGrpc.Gateway.Consents.ConsentState;

namespace SesameGrpc.Gateway.Tests.CreditBadges;

public sealed class BadgeRulesTests
{
    private const string Programme = "dating.badge";
    private const string Site = "https://www.baihe.example";
    private const long Hour = 3_600_000_000;

    private static readonly Badge Good = new()
    {
        Id = "0190a0b0c0d0e0f00102030405060708",
        Partner = "baihe",
        Person = "person-1",
        Consent = "consent-1",
        Subject = "subject-1",
        Programme = Programme,
        Site = Site,
        Profile = "zhang",
        Band = ScoreBand.Good,
        PolicyVersion = "dating.badge@1.1",
        Revision = 1,
        ProofNumber = 0,
        IssuedMicros = Samples.NowMicros,
        RenewedMicros = Samples.NowMicros,
        ExpireMicros = Samples.NowMicros + Hour,
    };

    private static readonly Consent Agreed = new()
    {
        Id = "consent-1",
        Partner = "baihe",
        Person = "person-1",
        Subject = "subject-1",
        Purpose = Purpose.CreditBadge,
        Scopes = new[] { "credit_badge.write" }.ToFrozenSet(),
        Programmes = new[] { Programme }.ToFrozenSet(),
        State = ConsentState.Active,
        GrantedMicros = 0,
        ExpireMicros = Samples.NowMicros + (100 * Hour),
    };

    private static BadgeReading Reading => new(Good, Agreed, Samples.Person(620), 0);

    [Theory]
    [InlineData(599, CreditBadgeState.Unlit)]
    [InlineData(600, CreditBadgeState.Lit)]
    [InlineData(649, CreditBadgeState.Lit)]
    [InlineData(950, CreditBadgeState.Lit)]
    public void State_BelowTheBand_IsUnlit_AboveItLit(int score, CreditBadgeState state) =>
        Assert.Equal(state, StateOf(Reading with { Person = Samples.Person(score) }));

    [Fact]
    public void State_WithoutAnythingThatItRestsOn_IsUnlit()
    {
        BadgeReading[] fallen =
        [
            Reading with
            {
                Person = null,
            },
            Reading with
            {
                Person = Samples.Person(900, courtListed: true),
            },
            Reading with
            {
                Person = Samples.Person(620) with { AsOfMicros = Samples.NowMicros - Samples.MicrosOf(Samples.Validity) },
            },
            Reading with
            {
                Consent = Agreed with { State = ConsentState.Suspended },
            },
            Reading with
            {
                Consent = Agreed with { State = ConsentState.Withdrawn, EndedMicros = 1 },
            },
            Reading with
            {
                Consent = Agreed with { State = ConsentState.Replaced, EndedMicros = 1 },
            },
            Reading with
            {
                Consent = Agreed with { ExpireMicros = Samples.NowMicros },
            },
            Reading with
            {
                Consent = Agreed with { Scopes = new[] { "score.band.read" }.ToFrozenSet() },
            },
            Reading with
            {
                Consent = Agreed with { Programmes = new[] { "other" }.ToFrozenSet() },
            },
            Reading with
            {
                Badge = Good with { Site = "https://elsewhere.example" },
            },
            Reading with
            {
                Badge = Good with { Programme = "rail.lounge" },
            },
        ];

        Assert.Equal(CreditBadgeState.Lit, StateOf(Reading));
        Assert.All(fallen, reading => Assert.Equal(CreditBadgeState.Unlit, StateOf(reading)));
    }

    [Fact]
    public void State_OfAPartnerThatMayNotAnyMore_IsUnlit()
    {
        Partner[] fallen =
        [
            Change(partner => partner.State = PartnerState.Suspended),
            Change(partner => partner.Scopes.Clear()),
            Change(partner => partner.BadgeSites.Clear()),
            Change(partner => partner.Enrolments.Clear()),
            Change(partner => partner.Enrolments[0].MinimumScore = 621),
        ];

        Assert.All(fallen, partner => Assert.Equal(CreditBadgeState.Unlit, StateOf(Reading, partner)));
        Assert.Equal(CreditBadgeState.Unlit, BadgeRules.StateOf(Reading, null, Samples.NowMicros, Samples.Validity));
    }

    [Fact]
    public void State_RevokedOrExpired_IsThat_WhateverElse()
    {
        Assert.Equal(CreditBadgeState.Expired, StateOf(Reading with { Badge = Good with { ExpireMicros = Samples.NowMicros } }));
        Assert.Equal(CreditBadgeState.Revoked, StateOf(Reading with { Badge = Good with { EndedMicros = 1, ExpireMicros = 1 } }));
        Assert.Empty(BadgeRules.ActionsIn(CreditBadgeState.Revoked));
    }

    [Theory]
    [InlineData(350, false, EligibilityDecision.Eligible, null)]
    [InlineData(900, true, EligibilityDecision.NotEligible, DecisionReason.CourtListed)]
    public void Decide_WithoutACondition_RefusesTheCourtListedAlone(
        int score,
        bool courtListed,
        EligibilityDecision outcome,
        DecisionReason? reason
    )
    {
        var decision = BadgeRules.Decide(
            Samples.Enrolled(Programme),
            Samples.Person(score, courtListed),
            Samples.NowMicros,
            Samples.Validity
        );

        Assert.Equal((outcome, reason), (decision.Outcome, decision.Reasons.Weightiest().Cast<DecisionReason?>().FirstOrDefault()));
    }

    [Fact]
    public void Decide_OnAScoreThatIsOutOfDate_IsUndecidable()
    {
        var old = Samples.Person(900) with { AsOfMicros = Samples.NowMicros - Samples.MicrosOf(Samples.Validity) };

        var decision = BadgeRules.Decide(Samples.Enrolled(Programme), old, Samples.NowMicros, Samples.Validity);

        Assert.Equal(EligibilityDecision.Undecidable, decision.Outcome);
        Assert.Equal([DecisionReason.ScoreExpired], decision.Reasons.Weightiest());
    }

    [Fact]
    public void Expiry_IsTheEarliestOfADay_TheConsentsAndTheScores()
    {
        var day = Samples.NowMicros + (24 * Hour);
        var stale = Samples.Person(700) with { AsOfMicros = Samples.NowMicros - Samples.MicrosOf(Samples.Validity) + Hour };

        Assert.Equal(day, ExpiryOf(Agreed, Samples.Person(700)));
        Assert.Equal(
            Samples.NowMicros + (2 * Hour),
            ExpiryOf(Agreed with { ExpireMicros = Samples.NowMicros + (2 * Hour) }, Samples.Person(700))
        );
        Assert.Equal(Samples.NowMicros + Hour, ExpiryOf(Agreed, stale));
        Assert.Equal(day, ExpiryOf(Agreed, Samples.Person(null)));
    }

    [Theory]
    [InlineData("z", true)]
    [InlineData("/u/zhang?tab=1&x=<b>", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a\nb", false)]
    [InlineData("张", false)]
    [InlineData("a\u202eb", false)]
    public void IsProfile_VisibleAsciiAlone(string profile, bool isOne) => Assert.Equal(isOne, BadgeRules.IsProfile(profile));

    [Fact]
    public void IsProfile_HasAtMost128Characters()
    {
        Assert.True(BadgeRules.IsProfile(new string('z', 128)));
        Assert.False(BadgeRules.IsProfile(new string('z', 129)));
    }

    private static long ExpiryOf(Consent consent, Gateway.Persons.PersonSnapshot person) =>
        BadgeRules.ExpiryOf(consent, person, Samples.NowMicros, Samples.Validity);

    private static CreditBadgeState StateOf(BadgeReading reading, Partner? partner = null) =>
        BadgeRules.StateOf(reading, new PartnerRecord(partner ?? Dating(), Samples.Catalogue), Samples.NowMicros, Samples.Validity);

    private static Partner Change(Action<Partner> change)
    {
        var partner = Dating();
        change(partner);
        return partner;
    }

    private static Partner Dating() =>
        new()
        {
            Partner_ = "baihe",
            Kind = PartnerKind.Dating,
            State = PartnerState.Active,
            Scopes = { "credit_badge.write" },
            BadgeSites = { Site },
            Enrolments = { new Enrolment { Programme = Programme } },
        };
}
