using System.Text.Json.Serialization;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>How a client sends its token: coded by Huffman on each call and kept by nobody, as most do; or as an index into the table that the server keeps for the connection.</summary>
internal enum TokenForm
{
    Literal = 0,
    Indexed = 1,
}

/// <summary>One who calls: PEM of certificate and key, and an access token.</summary>
internal sealed record Caller(string Certificate, string Key, string Token);

/// <summary>Whom the clients call, and with what. Connections are dealt out to the callers, persons to the connections: of C connections the c-th calls the persons c, c + C, ...</summary>
internal sealed record CallTarget(int Port, string Ca, IReadOnlyList<Caller> Callers, CallKind Kind, int Persons);

/// <summary>The connections of a window, and the streams that a closed loop keeps under way on each.</summary>
internal sealed record Connecting(CallTarget Target, int Connections, int Streams, TokenForm Token, int Idle);

/// <summary>
/// A window. Without a rate each stream makes its next call when the one before is answered; with one, calls are due at fixed times, however long the answers take. It may end
/// sooner, when each person has been called once.
/// </summary>
internal sealed record LoadWindow(double Seconds, double? CallsPerSecond, bool IsOnceForEach = false);

/// <summary>A window of connections, each closed as soon as the server has sent its settings: with a full handshake, or resuming a session that the server gave a ticket for.</summary>
internal sealed record HandshakeWindow(CallTarget Target, double Seconds, bool IsResumed);

/// <summary>What the client process is told, one at a time: to connect anew, to run a window on the connections that it has, or to make handshakes.</summary>
internal sealed record CallOrder(Connecting? Connect, LoadWindow? Run, HandshakeWindow? Handshakes = null);

/// <summary>What came of a window. Calls are all that ended, well or not; latencies count from the time at which a call was due.</summary>
internal sealed record CallLoad
{
    public long Calls { get; init; }

    public double Seconds { get; init; }

    public long Errors { get; init; }

    public string FirstError { get; init; } = "";

    public double P50Micros { get; init; }

    public double P99Micros { get; init; }

    public double P999Micros { get; init; }

    /// <summary>Answers by where the gateway says that it read the person, by the number of AnswerSource.</summary>
    public IReadOnlyList<long> Sources { get; init; } = [];

    /// <summary>The same, with the errors of what came before it.</summary>
    public CallLoad WithErrorsOf(CallLoad before) =>
        this with
        {
            Errors = Errors + before.Errors,
            FirstError = before.FirstError.Length > 0 ? before.FirstError : FirstError,
        };

    [JsonIgnore]
    public double CallsPerSecond => Calls / Seconds;
}
