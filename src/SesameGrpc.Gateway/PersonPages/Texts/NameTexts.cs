using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.PersonPages.Texts;

/// <summary>What the contracts' names mean to a person. What has no words yet is shown as the contracts have it.</summary>
public sealed record NameTexts
{
    public required IReadOnlyDictionary<ScoreBand, string> Bands { get; init; }

    /// <summary>Each with a sentence that explains it.</summary>
    public required IReadOnlyDictionary<ScoreFactor, (string Name, string Meaning)> Factors { get; init; }

    public required IReadOnlyDictionary<Purpose, string> Purposes { get; init; }

    public required IReadOnlyDictionary<ConsentState, string> ConsentStates { get; init; }

    public required IReadOnlyDictionary<ObligationState, string> ObligationStates { get; init; }

    /// <summary>The departments that charge for a visit.</summary>
    public required IReadOnlyDictionary<VisitChargeKind, string> ChargeKinds { get; init; }

    public required IReadOnlyDictionary<DisputeState, string> DisputeStates { get; init; }

    public required IReadOnlyDictionary<EligibilityDecision, string> Decisions { get; init; }

    /// <summary>What may be told under a consent, in the order of <see cref="OwnConsents.Fields"/>.</summary>
    public required IReadOnlyList<string> Fields { get; init; }

    /// <summary>What the audit log says was told.</summary>
    public required IReadOnlyDictionary<string, string> Told { get; init; }

    /// <summary>What was done, by a method's last word.</summary>
    public required IReadOnlyDictionary<string, string> Actions { get; init; }

    public string ActionOf(string method) => Of(Actions, method[(method.IndexOf('/', StringComparison.Ordinal) + 1)..]);

    public static string Of<TKey>(IReadOnlyDictionary<TKey, string> names, TKey key)
        where TKey : notnull => names.TryGetValue(key, out var name) ? name : key.ToString()!;
}
