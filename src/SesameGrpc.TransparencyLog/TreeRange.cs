namespace SesameGrpc.TransparencyLog;

/// <summary>The leaves from Start on and before End, as one subtree of RFC 6962: a perfect one, or one at the right edge.</summary>
public readonly record struct TreeRange(long Start, long End)
{
    /// <summary>The perfect subtrees that make it up, the largest first: each by its level, 0 for a leaf, and its place within the level.</summary>
    public IEnumerable<(int Level, long Index)> Subtrees()
    {
        for (var start = Start; start < End; )
        {
            var level = 63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(End - start));
            yield return (level, start >> level);
            start += 1L << level;
        }
    }
}
