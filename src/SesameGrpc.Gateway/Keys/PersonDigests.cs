using System.Text;

namespace SesameGrpc.Gateway.Keys;

/// <summary>
/// Stands in for persons: the first 16 bytes of HMAC-SHA-256 over their id, under a key of its own for each purpose. Those of the last persons are remembered, each in a place that the id's
/// hash code names, because a digest costs as much as a tenth of a call.
/// </summary>
internal sealed class PersonDigests<T>(byte[] key, PersonDigests<T>.Maker make) : IDisposable
{
    public delegate T Maker(ReadOnlySpan<byte> digest);

    private const int Places = 1 << 15;
    private const int DigestBytes = 16;

    // A person's id has at most 64 characters; what callers say in its place is checked before.
    private const int LongestText = 256;

    private readonly KeyedHash hash = new(key);
    private readonly Known?[] known = new Known?[Places];

    public void Dispose() => hash.Dispose();

    public T Of(string person)
    {
        ref var place = ref known[person.GetHashCode(StringComparison.Ordinal) & (Places - 1)];
        var found = Volatile.Read(ref place);
        if (found is null || found.Person != person)
        {
            found = new Known(person, Make(person));
            Volatile.Write(ref place, found);
        }

        return found.Value;
    }

    private T Make(string person)
    {
        Span<byte> text = stackalloc byte[LongestText];
        Span<byte> digest = stackalloc byte[DigestBytes];
        hash.Write(text[..Encoding.UTF8.GetBytes(person, text)], digest);
        return make(digest);
    }

    private sealed record Known(string Person, T Value);
}
