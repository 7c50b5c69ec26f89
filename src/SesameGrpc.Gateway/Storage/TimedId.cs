namespace SesameGrpc.Gateway.Storage;

/// <summary>Ids of 32 hexadecimal digits that begin with their time (RFC 9562 section 5.7, UUID version 7), so that they sort by it and new rows lie together; 74 of their bits are random.</summary>
internal static class TimedId
{
    public static string New(long nowMicros) => Guid.CreateVersion7(Instants.FromMicros(nowMicros)).ToString("N");

    /// <summary>Whether a text has the form of such an id.</summary>
    public static bool Is(string text) => text.Length == 32 && text.All(char.IsAsciiHexDigitLower);
}
