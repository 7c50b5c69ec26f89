namespace SesameGrpc.Gateway.Collections;

/// <summary>What an answer of the payment system means.</summary>
internal enum RailOutcome
{
    /// <summary>The money is taken.</summary>
    Collected,

    /// <summary>Nothing was taken, for certain; another attempt makes sense later.</summary>
    DeclinedForNow,

    /// <summary>Nothing was taken, for certain; another attempt makes no sense.</summary>
    DeclinedForGood,

    /// <summary>Nothing is taken under the id any more, and nothing will be.</summary>
    Refunded,

    /// <summary>As much as was asked for has been given back of what was taken.</summary>
    PartRefunded,

    /// <summary>Not decided yet.</summary>
    Pending,

    /// <summary>No answer, or none that says anything: the money may be taken or not.</summary>
    Unknown,

    /// <summary>The same, and waiting will not mend it: the set-up is at fault, or one of the two programs.</summary>
    Misunderstood,
}

/// <summary>An answer, and in one word why it is not the one hoped for: a status code, or the payment system's reason. Never a payload.</summary>
internal sealed record RailAnswer(RailOutcome Outcome, string Cause)
{
    /// <summary>The cause of <see cref="RailOutcome.Pending"/>.</summary>
    public const string PendingCause = "Pending";
}
