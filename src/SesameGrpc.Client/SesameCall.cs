using System.Runtime.CompilerServices;

namespace SesameGrpc.Client;

/// <summary>A call under way: await it for the answer. What a mutation is named by is known before anything is sent.</summary>
/// <typeparam name="TResponse">The answer.</typeparam>
public sealed class SesameCall<TResponse>
{
    internal SesameCall(string requestId) => RequestId = requestId;

    /// <summary>The mutation's request_id, also set on the caller's message: keep it to ask for the same effect again. Empty: the call only reads.</summary>
    public string RequestId { get; }

    /// <summary>The answer. Throws <see cref="SesameException"/> where there is none.</summary>
    public Task<TResponse> ResponseAsync { get; internal set; } = null!;

    /// <summary>
    /// When the answer was first given, once it is here: the same request had been answered before, perhaps to an earlier try of this call. Null: it was given for the first time.
    /// </summary>
    public DateTimeOffset? ReplayedFrom { get; internal set; }

    /// <summary>Waits for the answer.</summary>
    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();

    /// <summary>Waits for the answer, and goes on in the caller's context or not.</summary>
    public ConfiguredTaskAwaitable<TResponse> ConfigureAwait(bool continueOnCapturedContext) =>
        ResponseAsync.ConfigureAwait(continueOnCapturedContext);
}
