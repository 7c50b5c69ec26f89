namespace SesameGrpc.Gateway.Onboarding;

/// <summary>When a partner's certificate is warned of. Pure.</summary>
internal static class CertificateExpiryRules
{
    /// <summary>How many days before the end warnings are due.</summary>
    public static IReadOnlyList<int> Stages { get; } = [1, 7, 30];

    /// <summary>The nearest of the stages that has begun; null: none has, or the certificate has ended.</summary>
    public static int? StageAt(TimeSpan left) =>
        left <= TimeSpan.Zero ? null : Stages.Where(days => left <= TimeSpan.FromDays(days)).Select(days => (int?)days).FirstOrDefault();

    /// <summary>The warning that is due; null: none is, or it was given.</summary>
    public static int? DueWarning(TimeSpan left, int? warnedDays) =>
        StageAt(left) is { } stage && stage < (warnedDays ?? int.MaxValue) ? stage : null;
}
