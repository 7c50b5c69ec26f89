using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Persons;

/// <summary>A person who is opted in, as last read from the store. Immutable.</summary>
internal sealed record PersonSnapshot
{
    public const int Lowest = 350;
    public const int Highest = 950;
    public const int Newcomer = 600;

    /// <summary>Version of the stored row; a higher one is newer.</summary>
    public required long Version { get; init; }

    public required bool CourtListed { get; init; }

    /// <summary>The score as fed, 350 to 950; null for a newcomer.</summary>
    public int? FedScore { get; init; }

    /// <summary>When the fed score was computed; when a newcomer opted in.</summary>
    public required long AsOfMicros { get; init; }

    public string ModelVersion { get; init; } = "";

    public ScoreParts? Parts { get; init; }

    /// <summary>When the row was read from the store; to the second, where it came by way of the shared cache.</summary>
    public required long ReadMicros { get; init; }

    /// <summary>The score to serve: 600 for a newcomer, at most 350 for a person on the courts' list.</summary>
    public int ServedScore => CourtListed ? Lowest : FedScore ?? Newcomer;

    /// <summary>Whether the score has outlived its validity; a newcomer's never does.</summary>
    public bool IsExpired(long nowMicros, TimeSpan validity) => FedScore is not null && nowMicros >= ExpiryMicros(validity);

    public long ExpiryMicros(TimeSpan validity) => AsOfMicros + validity.ToMicros();
}

/// <summary>The five sub-scores of a score, each 350 to 950.</summary>
internal sealed record ScoreParts(
    int CreditHistory,
    int FulfilmentCapacity,
    int BehaviourPreference,
    int PersonalCharacteristics,
    int ContactNetwork
)
{
    /// <summary>The whole score: 35, 25, 20, 15 and 5 percent, rounded half up.</summary>
    public int Compose() =>
        (
            (35 * CreditHistory)
            + (25 * FulfilmentCapacity)
            + (20 * BehaviourPreference)
            + (15 * PersonalCharacteristics)
            + (5 * ContactNetwork)
            + 50
        ) / 100;
}

/// <summary>A person, if opted in, and where the answer was read.</summary>
internal readonly record struct PersonReading(PersonSnapshot? Person, AnswerSource Source)
{
    /// <summary>How long ago the answer was read from the store; zero when read for this call.</summary>
    public TimeSpan AgeAt(long nowMicros) =>
        Source == AnswerSource.Store || Person is null
            ? TimeSpan.Zero
            : TimeSpan.FromMicroseconds(Math.Max(0, nowMicros - Person.ReadMicros));
}
