namespace SesameGrpc.Soak.Events;

/// <summary>What the consumer has received, held against what the store has committed.</summary>
/// <param name="Committed">Events in the store.</param>
/// <param name="Missing">Of them, those that were never received, and acknowledged changes that have none.</param>
/// <param name="OutOfOrder">Events received for the first time after a later one of the same person.</param>
/// <param name="Duplicates">Events received again.</param>
/// <param name="Unfounded">Received events that the store does not have, or that came again with another id.</param>
/// <param name="GatewayKills">How often the gateway was killed.</param>
/// <param name="ConsumerKills">How often the consumer was killed.</param>
internal sealed record EventsResult(
    int Committed,
    int Missing,
    int OutOfOrder,
    int Duplicates,
    int Unfounded,
    int GatewayKills,
    int ConsumerKills
)
{
    /// <summary>The promise holds, and was put to the test.</summary>
    public bool IsSound => (Missing, OutOfOrder, Unfounded) == (0, 0, 0) && Committed > 0 && GatewayKills > 0 && ConsumerKills > 0;

    public IEnumerable<string> Faults =>
        GatewayKills == 0 || ConsumerKills == 0 ? ["Nothing was killed: the run was too short for its pace of kills."] : [];

    /// <summary>Compares; all lists are in order.</summary>
    public static EventsResult Of(
        IReadOnlyList<ReceivedEvent> committed,
        IReadOnlyList<ReceivedEvent> received,
        IReadOnlyCollection<(string Order, long Revision)> acknowledged,
        int gatewayKills,
        int consumerKills
    )
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

        var changes = committed.Select(item => (item.Order, item.Revision)).ToHashSet();
        return new EventsResult(
            committed.Count,
            committed.Count - seen.Count + acknowledged.Count(change => !changes.Contains(change)),
            outOfOrder,
            received.Count - unfounded - seen.Count,
            unfounded,
            gatewayKills,
            consumerKills
        );
    }
}

/// <summary>An event as it was received, or as it should be.</summary>
internal sealed record ReceivedEvent(string EventId, string Person, string Order, long Revision)
{
    public override string ToString() => $"{EventId} {Person} {Order} {Revision}";

    public static ReceivedEvent Parse(string line) =>
        line.Split(' ') is [var id, var person, var order, var revision]
            ? new ReceivedEvent(id, person, order, long.Parse(revision, System.Globalization.CultureInfo.InvariantCulture))
            : throw new FormatException($"\"{line}\" is no received event.");
}
