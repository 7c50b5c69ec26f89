namespace SesameGrpc.Gateway.Listeners;

/// <summary>The door through which a connection came.</summary>
internal enum Listener
{
    Partner,
    Public,
    Operator,
    Internal,
}

/// <summary>Set on every connection.</summary>
internal sealed record ListenerFeature(Listener Listener);

internal static class ListenerFeatures
{
    public static Listener Listener(this HttpContext http) =>
        http.Features.Get<ListenerFeature>()?.Listener
        ?? throw new InvalidOperationException("The connection came through no known listener.");
}
