using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>The bands of the score. A boundary score belongs to the higher band.</summary>
internal static class ScoreBands
{
    public static ScoreBand Of(int score) =>
        score switch
        {
            >= 700 => ScoreBand.Exceptional,
            >= 650 => ScoreBand.Excellent,
            >= 600 => ScoreBand.Good,
            >= 550 => ScoreBand.Fair,
            _ => ScoreBand.Poor,
        };
}
