using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Persons;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>What holds a score back most, for the person to read. Pure.</summary>
internal static class ScoreFactors
{
    /// <summary>Most factors that are told: as many as the Fair Credit Reporting Act (15 U.S.C. 1681g(f)(1)(C)) asks for.</summary>
    public const int Most = 4;

    /// <summary>
    /// The strongest first: the courts' list, then the parts of the score by what they cost, which is their weight times what they lack to the highest. A part that lacks less than a
    /// tenth of the range is no factor. A score that was delivered whole has none of its own.
    /// </summary>
    public static IReadOnlyList<ScoreFactor> Of(PersonSnapshot person)
    {
        if (person.FedScore is null && !person.CourtListed)
        {
            return [ScoreFactor.Newcomer];
        }

        var factors = new List<ScoreFactor>();
        if (person.CourtListed)
        {
            factors.Add(ScoreFactor.CourtListed);
        }

        if (person.Parts is { } parts)
        {
            factors.AddRange(
                new[]
                {
                    (Factor: ScoreFactor.CreditHistory, Weight: 35, Score: parts.CreditHistory),
                    (Factor: ScoreFactor.FulfilmentCapacity, Weight: 25, Score: parts.FulfilmentCapacity),
                    (Factor: ScoreFactor.BehaviourPreference, Weight: 20, Score: parts.BehaviourPreference),
                    (Factor: ScoreFactor.PersonalCharacteristics, Weight: 15, Score: parts.PersonalCharacteristics),
                    (Factor: ScoreFactor.ContactNetwork, Weight: 5, Score: parts.ContactNetwork),
                }
                    .Where(part => PersonSnapshot.Highest - part.Score >= (PersonSnapshot.Highest - PersonSnapshot.Lowest) / 10)
                    .OrderByDescending(part => part.Weight * (PersonSnapshot.Highest - part.Score))
                    .Select(part => part.Factor)
            );
        }

        return [.. factors.Take(Most)];
    }
}
