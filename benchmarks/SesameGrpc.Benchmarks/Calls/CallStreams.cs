namespace SesameGrpc.Benchmarks.Calls;

/// <summary>The calls under way on one connection, and whom the next one is about. Places are used again.</summary>
internal sealed class CallStreams(CallMessage message, int firstPerson, int step, int persons)
{
    private const int Places = 1024;

    private readonly OpenCall?[] places = new OpenCall?[Places];
    private int made;

    public int UnderWay { get; private set; }

    /// <summary>The persons whom this connection calls.</summary>
    public int Persons => (persons - firstPerson + step - 1) / step;

    /// <summary>Whether a stream has a place: not while one that was begun long before is still open.</summary>
    public bool IsFree(int stream) => places[PlaceOf(stream)] is not { IsOpen: true };

    /// <summary>Opens a call that was due at this time; the person that it is about.</summary>
    public int Open(int stream, long due)
    {
        var call = places[PlaceOf(stream)] ??= new OpenCall(message);
        call.Open(stream, firstPerson + made * step, due);
        made = call.Person + step < persons ? made + 1 : 0;
        UnderWay++;
        return call.Person;
    }

    public OpenCall? Find(int stream) => places[PlaceOf(stream)] is { IsOpen: true } call && call.Stream == stream ? call : null;

    /// <summary>Ends a call; it may be looked at until the next one is opened. Null: there is none.</summary>
    public OpenCall? Close(int stream, string? fault)
    {
        if (Find(stream) is not { } call)
        {
            return null;
        }

        call.Close(fault);
        UnderWay--;
        return call;
    }

    // A client's streams have odd numbers.
    private static int PlaceOf(int stream) => (stream >> 1) & (Places - 1);
}
