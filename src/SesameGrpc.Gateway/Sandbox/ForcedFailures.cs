using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Gateway.Sandbox;

/// <summary>The failures that a developer has asked for, on this instance, oldest first.</summary>
internal sealed class ForcedFailures
{
    /// <summary>Most failures at one time.</summary>
    public const int Largest = 100;

    private readonly Lock gate = new();
    private ForcedFailure[] failures = [];

    /// <summary>Those that are set; nobody changes them.</summary>
    public IReadOnlyList<ForcedFailure> All => failures;

    public void Set(ForcedFailure failure)
    {
        lock (gate)
        {
            failures = [.. failures, failure];
        }
    }

    /// <summary>Ends one, or all where the id is empty; how many those were.</summary>
    public int Clear(string id)
    {
        lock (gate)
        {
            var before = failures.Length;
            failures = id.Length == 0 ? [] : [.. failures.Where(failure => failure.ForcedFailureId != id)];
            return before - failures.Length;
        }
    }

    /// <summary>The failure that a call meets, counted as met; null: none.</summary>
    public ForcedFailure? Meet(string method, string? partner)
    {
        if (failures.Length == 0)
        {
            return null;
        }

        lock (gate)
        {
            var index = Array.FindIndex(failures, failure => AppliesTo(failure, method, partner));
            if (index < 0)
            {
                return null;
            }

            var met = failures[index];
            if (met.RemainingCount > 0)
            {
                failures =
                    met.RemainingCount == 1 ? [.. failures.Where(failure => !ReferenceEquals(failure, met))] : With(index, OneLess(met));
            }

            return met;
        }
    }

    private static bool AppliesTo(ForcedFailure failure, string method, string? partner) =>
        (failure.Partner.Length == 0 || failure.Partner == partner)
        && method.StartsWith(failure.Method, StringComparison.Ordinal)
        && (method.Length == failure.Method.Length || method[failure.Method.Length] == '/');

    private static ForcedFailure OneLess(ForcedFailure failure)
    {
        var less = failure.Clone();
        less.RemainingCount--;
        return less;
    }

    // A new array each time: whoever reads the list reads it whole.
    private ForcedFailure[] With(int index, ForcedFailure failure)
    {
        ForcedFailure[] copy = [.. failures];
        copy[index] = failure;
        return copy;
    }
}
