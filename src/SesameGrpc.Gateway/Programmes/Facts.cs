using Google.Protobuf.Collections;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Programmes;

/// <summary>What conditions are asked about: a person's standing and the order at hand.</summary>
/// <param name="Score">The served score; null when it has expired.</param>
/// <param name="CourtListed">Whether the person is on the courts' public list.</param>
/// <param name="Amount">Amount of the order in minor units; null when the order states none and the programme has none.</param>
/// <param name="Attributes">What the partner states about the order.</param>
internal readonly record struct Facts(int? Score, bool CourtListed, long? Amount, MapField<string, AttributeValue> Attributes);

/// <summary>Truth of a condition; Unknown when a fact is missing (Kleene's three-valued logic).</summary>
internal enum Truth
{
    False,
    Unknown,
    True,
}

/// <summary>Truth of a condition and, when it is not True, the reasons as a set of bits.</summary>
internal readonly record struct Verdict(Truth Truth, ReasonSet Reasons)
{
    public static Verdict Holds { get; } = new(Truth.True, default);

    public static Verdict Fails(DecisionReason reason) => new(Truth.False, ReasonSet.Of(reason));

    public static Verdict IsUnknown(DecisionReason reason) => new(Truth.Unknown, ReasonSet.Of(reason));
}

/// <summary>A set of decision reasons, one bit each, so that deciding allocates nothing.</summary>
internal readonly record struct ReasonSet(uint Bits)
{
    // Weightiest first: what the person would have to change first.
    private static readonly DecisionReason[] ByWeight =
    [
        DecisionReason.CourtListed,
        DecisionReason.ScoreExpired,
        DecisionReason.ScoreTooLow,
        DecisionReason.Overdue,
        DecisionReason.OverallLimitReached,
        DecisionReason.PartnerLimitReached,
        DecisionReason.ProgrammeLimitReached,
        DecisionReason.AmountTooHigh,
        DecisionReason.AttributeNotMet,
        DecisionReason.AttributeMissing,
    ];

    public static ReasonSet Of(DecisionReason reason) => new(1u << (int)reason);

    public static ReasonSet operator |(ReasonSet left, ReasonSet right) => new(left.Bits | right.Bits);

    public bool Contains(DecisionReason reason) => (Bits & (1u << (int)reason)) != 0;

    /// <summary>At most four reasons, weightiest first.</summary>
    public IEnumerable<DecisionReason> Weightiest()
    {
        var bits = this;
        return ByWeight.Where(reason => bits.Contains(reason)).Take(4);
    }
}
