using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.CreditScores;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Storage;
using Consent = SesameGrpc.Gateway.Consents.Consent;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>Who gets a badge, for how long, and how one stands. Pure.</summary>
internal static class BadgeRules
{
    /// <summary>Longest profile reference, in characters.</summary>
    public const int LongestProfile = 128;

    /// <summary>How long a badge, and its proof, lives unless it is renewed.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>
    /// Whether a badge may state the person's band. Beside the programme's condition: nobody on a court's list has one, and a band that was computed too long ago is not stated.
    /// </summary>
    public static Decision Decide(EnrolledProgramme programme, PersonSnapshot person, long nowMicros, TimeSpan validity)
    {
        var decision = EligibilityRules.Decide(programme, person, null, [], nowMicros, validity);
        if (person.CourtListed)
        {
            return new Decision(EligibilityDecision.NotEligible, decision.Reasons | ReasonSet.Of(DecisionReason.CourtListed), null);
        }

        return decision.Outcome == EligibilityDecision.Eligible && person.IsExpired(nowMicros, validity)
            ? new Decision(EligibilityDecision.Undecidable, ReasonSet.Of(DecisionReason.ScoreExpired), null)
            : decision;
    }

    /// <summary>Until when a badge that is issued now is lit: no longer than what it rests on.</summary>
    public static long ExpiryOf(Consent consent, PersonSnapshot person, long nowMicros, TimeSpan validity)
    {
        var expiry = Math.Min(nowMicros + Lifetime.ToMicros(), consent.ExpireMicros);
        return person.FedScore is null ? expiry : Math.Min(expiry, person.ExpiryMicros(validity));
    }

    /// <summary>How a badge stands. A higher band than it says leaves it as it is until it is renewed: more would be told than was when it was issued.</summary>
    public static CreditBadgeState StateOf(BadgeReading reading, PartnerRecord? partner, long nowMicros, TimeSpan validity) =>
        reading.Badge.EndedMicros is not null ? CreditBadgeState.Revoked
        : nowMicros >= reading.Badge.ExpireMicros ? CreditBadgeState.Expired
        : ProgrammeOf(partner, reading.Badge) is { } programme
        && reading.Consent.Covers(PartnerScopes.CreditBadgeWrite, reading.Badge.Programme, nowMicros)
        && reading.Person is { } person
        && Decide(programme, person, nowMicros, validity).Outcome == EligibilityDecision.Eligible
        && ScoreBands.Of(person.ServedScore) >= reading.Badge.Band
            ? CreditBadgeState.Lit
        : CreditBadgeState.Unlit;

    /// <summary>What may be done with a badge in a state.</summary>
    public static IEnumerable<CreditBadgeAction> ActionsIn(CreditBadgeState state) =>
        state == CreditBadgeState.Revoked ? [] : [CreditBadgeAction.Renew, CreditBadgeAction.Revoke];

    /// <summary>Whether a text can be a profile's reference: visible ASCII, so that what looks equal is equal.</summary>
    public static bool IsProfile(string profile) =>
        profile.Length is > 0 and <= LongestProfile && profile.All(character => character is >= '!' and <= '~');

    // The programme, if the partner may still show such a badge there.
    private static EnrolledProgramme? ProgrammeOf(PartnerRecord? partner, Badge badge) =>
        partner is { IsActive: true }
        && partner.Scopes.Contains(PartnerScopes.CreditBadgeWrite)
        && partner.Document.BadgeSites.Contains(badge.Site)
            ? partner.Programmes.GetValueOrDefault(badge.Programme)
            : null;
}
