using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>What a row of the score feed may say. Pure.</summary>
internal static class ScoreRowRules
{
    private static readonly long LatestAheadMicros = TimeSpan.FromMinutes(5).ToMicros();

    /// <summary>The fault of a row; null when it may be taken in.</summary>
    public static RejectedRow? FaultOf(ScoreRow row, long nowMicros)
    {
        if (!FieldCheck.IsPersonId(row.Person))
        {
            return Fault(row, "person", "must be 1 to 64 characters of A-Z a-z 0-9 . _ : -");
        }

        if (row.Version <= 0)
        {
            return Fault(row, "version", "must be above 0");
        }

        if (row.AsOfUnixMicros <= 0 || row.AsOfUnixMicros > nowMicros + LatestAheadMicros)
        {
            return Fault(row, "as_of_unix_micros", "must be above 0 and not later than now plus 5 minutes");
        }

        if (row.OptedInUnixMicros < 0 || row.OptedInUnixMicros > nowMicros + LatestAheadMicros)
        {
            return Fault(row, "opted_in_unix_micros", "must be 0, or not later than now plus 5 minutes");
        }

        return FaultOfScore(row);
    }

    /// <summary>The sub-scores of a row; null when its score is delivered whole.</summary>
    public static ScoreParts? PartsOf(ScoreRow row) =>
        row.Score != 0
            ? null
            : new ScoreParts(
                row.CreditHistory,
                row.FulfilmentCapacity,
                row.BehaviourPreference,
                row.PersonalCharacteristics,
                row.ContactNetwork
            );

    public static int ScoreOf(ScoreRow row) => PartsOf(row)?.Compose() ?? row.Score;

    public static RejectedRow NotOptedIn(long line) =>
        new()
        {
            Line = line,
            Field = "opted_in_unix_micros",
            Description = "the person is not opted in, or has opted out later than this; nobody is scored without having opted in",
        };

    private static RejectedRow? FaultOfScore(ScoreRow row)
    {
        if (row.Score == 0)
        {
            return FaultOfPart(row, "credit_history", row.CreditHistory)
                ?? FaultOfPart(row, "fulfilment_capacity", row.FulfilmentCapacity)
                ?? FaultOfPart(row, "behaviour_preference", row.BehaviourPreference)
                ?? FaultOfPart(row, "personal_characteristics", row.PersonalCharacteristics)
                ?? FaultOfPart(row, "contact_network", row.ContactNetwork);
        }

        var hasPart =
            (row.CreditHistory | row.FulfilmentCapacity | row.BehaviourPreference | row.PersonalCharacteristics | row.ContactNetwork) != 0;
        return hasPart ? Fault(row, "score", "must be 0 when dimensions are given; give one or the other")
            : IsScore(row.Score) ? null
            : Fault(row, "score", $"must be {PersonSnapshot.Lowest} to {PersonSnapshot.Highest}");
    }

    private static RejectedRow? FaultOfPart(ScoreRow row, string field, int value) =>
        IsScore(value)
            ? null
            : Fault(row, field, $"must be {PersonSnapshot.Lowest} to {PersonSnapshot.Highest}, or a whole score be given");

    private static bool IsScore(int value) => value is >= PersonSnapshot.Lowest and <= PersonSnapshot.Highest;

    private static RejectedRow Fault(ScoreRow row, string field, string description) =>
        new()
        {
            Line = row.Line,
            Field = field,
            Description = description,
        };
}
