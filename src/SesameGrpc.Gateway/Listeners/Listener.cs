using SesameGrpc.Gateway.Tls;
using SesameGrpc.Gateway.Tokens;

namespace SesameGrpc.Gateway.Listeners;

/// <summary>The door through which a connection came.</summary>
internal enum Listener
{
    Partner,
    Public,
    Operator,
    Internal,
}

/// <summary>What is known of a connection, whatever is called on it. Set on every one.</summary>
internal sealed class CallerConnection(Listener listener)
{
    public Listener Listener { get; } = listener;

    /// <summary>The certificate whose key the client proved to hold; null where the listener asks for none.</summary>
    public ClientCertificate? Certificate { get; set; }

    /// <summary>The tokens that it has shown.</summary>
    public TokenMemo Tokens { get; } = new();

    /// <summary>Where its answers wait for their leaves; null where they do not.</summary>
    public AnswerGate? Gate { get; set; }
}

internal static class CallerConnections
{
    public static CallerConnection CallerConnection(this HttpContext http) =>
        http.Features.Get<CallerConnection>() ?? throw new InvalidOperationException("The connection came through no known listener.");

    public static Listener Listener(this HttpContext http) => http.CallerConnection().Listener;
}
