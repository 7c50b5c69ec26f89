using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SesameGrpc.Gateway.Webhooks;

/// <summary>When an event is sent again. Pure.</summary>
internal static class WebhookRetryRules
{
    /// <summary>The farthest that a receiver's Retry-After puts an attempt off.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(24);

    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(15),
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(6),
        TimeSpan.FromHours(12),
        TimeSpan.FromHours(24),
    ];

    /// <summary>
    /// The delay after the failure of this many tries; null: that was the last. It is the schedule's, between 0.8 and 1.2 of it, or what the receiver asks
    /// for, if that is longer.
    /// </summary>
    public static TimeSpan? DelayAfter(int tries, string eventId, TimeSpan? retryAfter)
    {
        if (tries > Delays.Length)
        {
            return null;
        }

        var planned = Delays[Math.Max(0, tries - 1)] * Jitter($"{eventId}.{tries}");
        var asked = retryAfter ?? TimeSpan.Zero;
        asked = asked < LongestRetryAfter ? asked : LongestRetryAfter;
        return asked > planned ? asked : planned;
    }

    // What failed together does not come back together. Out of a hash, so that the same facts always give the same plan.
    private static double Jitter(string text) =>
        0.8 + (0.4 * BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) / uint.MaxValue);
}
