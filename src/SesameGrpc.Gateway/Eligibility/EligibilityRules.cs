using Google.Protobuf.Collections;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Programmes;

namespace SesameGrpc.Gateway.Eligibility;

/// <summary>A decision about one person, one programme and one order.</summary>
/// <param name="Outcome">The decision.</param>
/// <param name="Reasons">Why it is not ELIGIBLE.</param>
/// <param name="AmountLimit">Largest amount that this person may have under the programme, in fen; null where it has no amount.</param>
internal readonly record struct Decision(EligibilityDecision Outcome, ReasonSet Reasons, long? AmountLimit);

/// <summary>Decides. Pure: the same facts and policy give the same decision.</summary>
internal static class EligibilityRules
{
    public static Decision Decide(
        EnrolledProgramme programme,
        PersonSnapshot person,
        Money? amount,
        MapField<string, AttributeValue> attributes,
        long nowMicros,
        TimeSpan validity
    )
    {
        var score = person.IsExpired(nowMicros, validity) ? (int?)null : person.ServedScore;
        var limit = programme.AmountLimitAt(person.ServedScore);
        var verdict = programme.Condition(new Facts(score, person.CourtListed, amount?.MinorUnits ?? limit, attributes));
        return verdict.Truth switch
        {
            Truth.True => new Decision(EligibilityDecision.Eligible, default, limit),
            Truth.False => new Decision(EligibilityDecision.NotEligible, verdict.Reasons, null),
            _ => new Decision(EligibilityDecision.Undecidable, verdict.Reasons, null),
        };
    }

    /// <summary>What an eligible person gets for an order of this amount.</summary>
    public static Terms TermsOf(EnrolledProgramme programme, long? limit, Money? amount)
    {
        var terms = new Terms { LongestPeriod = programme.Programme.Document.Terms?.LongestPeriod, ItemLimit = programme.ItemLimit };
        if (limit is { } most)
        {
            var covered = Math.Min(amount?.MinorUnits ?? most, most);
            terms.CoveredAmount = Cny.Of(covered);
            terms.Coverage = covered < (amount?.MinorUnits ?? 0) ? Coverage.Partial : Coverage.Full;
            terms.AmountLimit = Cny.Of(programme.AmountLimit ?? most);
        }

        return terms;
    }
}
