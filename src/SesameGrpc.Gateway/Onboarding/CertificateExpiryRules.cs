namespace SesameGrpc.Gateway.Onboarding;

/// <summary>When a partner's certificate is warned of. Pure.</summary>
internal static class CertificateExpiryRules
{
    private static readonly int[] Stages = [1, 7, 30];

    /// <summary>The warning that is due: of 1, 7 or 30 days before the end the nearest that has begun. Null: none is, it was given, or the certificate has ended.</summary>
    public static int? DueWarning(TimeSpan left, int? warnedDays)
    {
        if (left <= TimeSpan.Zero)
        {
            return null;
        }

        int? stage = Stages.Where(days => left <= TimeSpan.FromDays(days)).Select(days => (int?)days).FirstOrDefault();
        return stage < (warnedDays ?? int.MaxValue) ? stage : null;
    }
}
