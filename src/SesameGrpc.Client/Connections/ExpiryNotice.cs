namespace SesameGrpc.Client.Connections;

/// <summary>Decides when it is time to warn of a certificate's end: 30, 7 and 1 days before, and at its end, once each.</summary>
internal sealed class ExpiryNotice
{
    private static readonly TimeSpan[] Marks = [TimeSpan.FromDays(30), TimeSpan.FromDays(7), TimeSpan.FromDays(1), TimeSpan.Zero];

    private DateTimeOffset certificate;
    private int passed;

    /// <summary>Whether a mark was passed since the last look at this certificate.</summary>
    public bool IsDue(DateTimeOffset expires, TimeSpan left)
    {
        if (expires != certificate)
        {
            (certificate, passed) = (expires, 0);
        }

        var before = passed;
        passed = Marks.Count(mark => left <= mark);
        return passed > before;
    }
}
