using System.Collections.Frozen;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Sandbox;

/// <summary>A kind of test person: test-650, and behind a hyphen the word that says what is different about it.</summary>
/// <param name="Word">The word; empty for the plain ones.</param>
/// <param name="Outcome">What comes of calls about them.</param>
internal sealed record TestPersonKind(string Word, string Outcome)
{
    /// <summary>What their ids end in.</summary>
    public string Suffix => Word.Length == 0 ? "" : $"-{Word}";

    public bool OptedIn { get; init; } = true;

    public bool CourtListed { get; init; }

    /// <summary>Whether their scores are older than scores count.</summary>
    public bool IsStale { get; init; }

    /// <summary>What partners' calls about them are refused with; null where they are answered.</summary>
    public ErrorReason? Reason { get; init; }

    /// <summary>What no data can bring about is forced: null where the data of the person do it.</summary>
    public Func<Exception>? Failure { get; init; }

    /// <summary>How long calls about them wait first.</summary>
    public TimeSpan Delay { get; init; }
}

/// <summary>The grammar of test persons: "test-", a score and, with hyphens, words of these kinds.</summary>
internal static class TestPersons
{
    public const string NoConsent = "noconsent";
    public const string Revoked = "revoked";
    public const string Frozen = "frozen";
    public const string NotOptedIn = "notopted";
    public const string Damage = "damage";

    private const string Prefix = "test-";

    public static IReadOnlyList<TestPersonKind> Kinds { get; } =
    [
        new("", "Has opted in, agrees to a partner's first question, pays what is charged."),
        new("listed", "Is on the courts' list: eligible for nothing, scored 350.") { CourtListed = true },
        new(NotOptedIn, "Has not opted in, so there is nobody; can opt in on the sandbox's pages.")
        {
            OptedIn = false,
            Reason = ErrorReason.ResourceNotFound,
        },
        new(NoConsent, "Has never agreed to anything, and can be asked.") { Reason = ErrorReason.ResourceNotFound },
        new(Revoked, "Has agreed and withdrawn.") { Reason = ErrorReason.ResourceNotFound },
        new(Frozen, "Has agreed and suspended it; `sesame consent resume` lifts that.") { Reason = ErrorReason.ResourceNotFound },
        new("stale", "Has a score that is too old to count: no score is told, and eligibility is UNDECIDABLE.") { IsStale = true },
        new(Damage, "What they took comes back damaged: `sesame trigger` charges the whole waived amount for it."),
        new("declined", "A charge is declined for good."),
        new("declinedonce", "The first attempt to collect is declined, the one an hour later succeeds."),
        new("slowpay", "A charge is pending at first, and taken when the gateway asks again."),
        new("lostanswer", "A charge is taken and the answer is lost: the gateway asks again, and nothing is taken twice."),
        new("railunavailable", "The payment system is not there for the first three calls."),
        new("slow2s", "Every call about them takes two seconds longer.") { Delay = TimeSpan.FromSeconds(2) },
        new("unavailable", "Every call about them finds the store gone.")
        {
            Reason = ErrorReason.StoreUnavailable,
            Failure = () => new RefusalException(Refuse.StoreUnavailable()),
        },
        new("exhausted", "Every call about them is one too many.")
        {
            Reason = ErrorReason.TooManyCalls,
            Failure = () => new RefusalException(ForcedRefusals.Of(ErrorReason.TooManyCalls)),
        },
        new("internal", "Every call about them meets a fault of the gateway, which is in its log.")
        {
            Reason = ErrorReason.Internal,
            Failure = () => new InvalidOperationException("A test person forces a fault."),
        },
    ];

    private static readonly FrozenDictionary<string, TestPersonKind> ByWord = Kinds.ToFrozenDictionary(
        kind => kind.Word,
        StringComparer.Ordinal
    );

    /// <summary>Whether it is the id of a test person with this word.</summary>
    public static bool Is(string person, string word) => KindsOf(person).Any(kind => kind.Word == word);

    /// <summary>The kinds whose words a test person's id has; none where it is somebody else's.</summary>
    public static IEnumerable<TestPersonKind> KindsOf(string person) =>
        HasWords(person) ? person.Split('-').Skip(2).Select(word => ByWord.GetValueOrDefault(word)).OfType<TestPersonKind>() : [];

    /// <summary>Whether calls about the person wait, or fail, whatever the data say.</summary>
    public static bool IsForced(string person) =>
        HasWords(person) && KindsOf(person).Any(kind => kind.Delay > TimeSpan.Zero || kind.Failure is not null);

    /// <summary>Waits, or throws, as the person's id says.</summary>
    public static async Task MeetAsync(string person, TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var kind in KindsOf(person))
        {
            await Task.Delay(kind.Delay, time, cancellationToken);
            if (kind.Failure is { } failure)
            {
                throw failure();
            }
        }
    }

    // Asked at each call, of persons who mostly have none.
    private static bool HasWords(string person) =>
        person.StartsWith(Prefix, StringComparison.Ordinal) && person.IndexOf('-', Prefix.Length) > 0;
}
