using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Ledger;

/// <summary>Sums of a person's open obligations in one scope.</summary>
internal sealed record Exposure(long OpenFen, int OpenCount);

/// <summary>What one person has open: the sums by scope, and the number of the last entry of the journal.</summary>
internal sealed class PersonExposure
{
    private readonly Dictionary<string, Exposure> scopes = new(StringComparer.Ordinal);

    /// <summary>Number of the person's last entry; 0 where there is none.</summary>
    public long Version { get; private set; }

    public Exposure In(string scope) => scopes.GetValueOrDefault(scope) ?? new Exposure(0, 0);

    public void Load(string scope, Exposure exposure, long version)
    {
        scopes[scope] = exposure;
        Version = scope == ScopeLimit.AllScope ? version : Version;
    }

    /// <summary>The first limit that another obligation of this amount would exceed; null when it fits into all of them.</summary>
    public DecisionReason? FirstExceeded(IReadOnlyList<ScopeLimit> limits, long amountFen)
    {
        foreach (var limit in limits)
        {
            var open = In(limit.Scope);
            if (checked(open.OpenFen + amountFen) > limit.MaxFen || open.OpenCount + 1 > limit.MaxCount)
            {
                return limit.Reason;
            }
        }

        return null;
    }

    public void Apply(Posting posting)
    {
        foreach (var scope in ScopeLimit.ScopesOf(posting.After.Partner, posting.After.Programme))
        {
            var open = In(scope);
            scopes[scope] = new Exposure(checked(open.OpenFen + posting.OpenFen), checked(open.OpenCount + posting.OpenCount));
        }

        Version += posting.Entries.Count;
    }
}
