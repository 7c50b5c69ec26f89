using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Keys;

/// <summary>
/// Whose turn it is among the keys of one purpose, by the clock alone, so that instances which know the same keys agree. Pure; immutable.
/// </summary>
internal sealed class KeyTurns(IEnumerable<RotatingKey> keys, KeyOptions options)
{
    private readonly RotatingKey[] keys = [.. keys.OrderBy(key => key.ActiveMicros).ThenBy(key => key.Id, StringComparer.Ordinal)];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<RotatingKey> Keys => keys;

    /// <summary>The key to use; null: there is none. A clock that was set back to before all turns makes the first key's.</summary>
    public RotatingKey? ActiveAt(long micros) => keys.LastOrDefault(key => key.ActiveMicros <= micros) ?? keys.FirstOrDefault();

    /// <summary>Announced, active or retained; null: it has ended.</summary>
    public KeyState? StateAt(RotatingKey key, long micros) =>
        key == ActiveAt(micros) ? KeyState.Active
        : key.ActiveMicros > micros ? KeyState.Announced
        : EndOf(key) > micros ? KeyState.Retained
        : null;

    /// <summary>When nothing that the key has made counts any more; null: no successor is known.</summary>
    public long? EndOf(RotatingKey key)
    {
        var next = Array.IndexOf(keys, key) + 1;
        return next < keys.Length ? keys[next].ActiveMicros + options.Retained.ToMicros() : null;
    }

    /// <summary>When the turn of a key that is made now begins; null: no new key is due. A gateway that was down for long still announces it as long as usual.</summary>
    public long? NextTurn(long nowMicros)
    {
        if (keys.Length == 0)
        {
            return nowMicros;
        }

        var next = keys[^1].ActiveMicros + options.Period.ToMicros();
        var announced = options.Announced.ToMicros();
        return next - announced <= nowMicros ? Math.Max(next, nowMicros + announced) : null;
    }
}
