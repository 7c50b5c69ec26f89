using System.Globalization;

namespace SesameGrpc.Soak.Events;

/// <summary>What came of a run.</summary>
/// <param name="Committed">Events in the store.</param>
/// <param name="Streamed">What the consumer's stream has given it, held against them.</param>
/// <param name="Pushed">What its webhook has been sent, held against them; those that wait for their next attempt are missing there.</param>
/// <param name="WithoutEvent">Acknowledged changes that have no event.</param>
/// <param name="Forgotten">Events that are neither delivered to the webhook nor still to be.</param>
/// <param name="Delivered">Events that the gateway holds for delivered to the webhook.</param>
/// <param name="FalselyDelivered">Of them, those that the webhook has not got.</param>
/// <param name="GatewayKills">How often the gateway was killed.</param>
/// <param name="ConsumerKills">How often the consumer was killed.</param>
internal sealed record EventsResult(
    int Committed,
    Comparison Streamed,
    Comparison Pushed,
    int WithoutEvent,
    int Forgotten,
    int Delivered,
    int FalselyDelivered,
    int GatewayKills,
    int ConsumerKills
)
{
    public int Missing => Streamed.Missing + WithoutEvent + Forgotten + FalselyDelivered;

    public int OutOfOrder => Streamed.OutOfOrder + Pushed.OutOfOrder;

    public int Unfounded => Streamed.Unfounded + Pushed.Unfounded;

    /// <summary>The promise holds, and was put to the test.</summary>
    public bool IsSound =>
        (Missing, OutOfOrder, Unfounded) == (0, 0, 0) && Committed > 0 && Delivered > 0 && GatewayKills > 0 && ConsumerKills > 0;
}

/// <summary>What was received, held against what was committed.</summary>
/// <param name="Missing">Events that were never received.</param>
/// <param name="OutOfOrder">Events received for the first time after a later one of the same person.</param>
/// <param name="Duplicates">Events received again.</param>
/// <param name="Unfounded">What was received and is no event of the store: also an event that came again with another id.</param>
internal sealed record Comparison(int Missing, int OutOfOrder, int Duplicates, int Unfounded)
{
    /// <summary>Compares; both lists are in order.</summary>
    public static Comparison Of(IReadOnlyList<ReceivedEvent> committed, IReadOnlyList<ReceivedEvent> received)
    {
        var places = committed.Select((item, place) => (item, place)).ToDictionary(pair => pair.item, pair => pair.place);
        var seen = new HashSet<ReceivedEvent>();
        var newestOf = new Dictionary<string, int>(StringComparer.Ordinal);
        var (outOfOrder, unfounded) = (0, 0);
        foreach (var item in received)
        {
            if (!places.TryGetValue(item, out var place))
            {
                unfounded++;
            }
            else if (seen.Add(item))
            {
                outOfOrder += newestOf.TryGetValue(item.Person, out var newest) && newest > place ? 1 : 0;
                newestOf[item.Person] = Math.Max(place, newestOf.GetValueOrDefault(item.Person));
            }
        }

        return new Comparison(committed.Count - seen.Count, outOfOrder, received.Count - unfounded - seen.Count, unfounded);
    }
}

/// <summary>An event as it was received, or as it should be.</summary>
internal sealed record ReceivedEvent(string EventId, string Person, string Order, long Revision)
{
    public override string ToString() => $"{EventId} {Person} {Order} {Revision}";

    public static ReceivedEvent Parse(string line) =>
        line.Split(' ') is [var id, var person, var order, var revision]
            ? new ReceivedEvent(id, person, order, long.Parse(revision, CultureInfo.InvariantCulture))
            : throw new FormatException($"\"{line}\" is no received event.");
}
