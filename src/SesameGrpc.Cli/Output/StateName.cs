namespace SesameGrpc.Cli.Output;

/// <summary>Reads a state by its name in the contract, without prefix and in any case.</summary>
internal static class StateName
{
    /// <summary>No name is any state; throws <see cref="UsageException"/> for a name that there is not.</summary>
    public static TState Parse<TState>(string? name, string option = "--state")
        where TState : struct, Enum
    {
        if (name is null)
        {
            return default;
        }

        foreach (var state in Names<TState>().Where(state => string.Equals(state.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            return state.Value;
        }

        throw new UsageException($"{option} {name}: must be {string.Join(", ", Names<TState>().Select(state => state.Name))}.");
    }

    private static IEnumerable<(TState Value, string Name)> Names<TState>()
        where TState : struct, Enum =>
        Enum.GetValues<TState>().Where(value => !value.Equals(default(TState))).Select(value => (value, MessageJson.Name(value)));
}
