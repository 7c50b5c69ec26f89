namespace SesameGrpc.Tidy.Tests;

/// <summary>One place that breaks a rule: where, the fact with its limit, and how to mend it. Line 0 means the whole file.</summary>
internal sealed record Finding(string Path, int Line, string Fact, string Fix)
{
    public override string ToString() => Line > 0 ? $"{Path}:{Line}: {Fact}. Fix: {Fix}." : $"{Path}: {Fact}. Fix: {Fix}.";
}
