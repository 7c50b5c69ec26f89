using System.Collections.Concurrent;
using SesameGrpc.Gateway.Tls;

namespace SesameGrpc.Gateway.Identity;

/// <summary>A partner's certificate that was found good.</summary>
internal sealed record SeenCertificate(string Thumbprint, string Partner, DateTimeOffset End);

/// <summary>Partners' certificates that this instance has found good, so that also those which were issued elsewhere are known before they end. Bounded; forgetting some costs a second look.</summary>
internal sealed class SeenCertificates
{
    private const int Capacity = 10_000;
    private readonly ConcurrentDictionary<string, SeenCertificate> all = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<SeenCertificate> news = new();

    public void Add(string partner, ClientCertificate certificate)
    {
        if (all.ContainsKey(certificate.Thumbprint))
        {
            return;
        }

        if (all.Count >= Capacity)
        {
            all.Clear();
        }

        var seen = new SeenCertificate(certificate.Thumbprint, partner, new DateTimeOffset(certificate.Certificate.NotAfter));
        if (news.Count < Capacity && all.TryAdd(seen.Thumbprint, seen))
        {
            news.Enqueue(seen);
        }
    }

    /// <summary>Those that have come since the last time.</summary>
    public IReadOnlyList<SeenCertificate> TakeNews()
    {
        var taken = new List<SeenCertificate>();
        while (news.TryDequeue(out var seen))
        {
            taken.Add(seen);
        }

        return taken;
    }
}
