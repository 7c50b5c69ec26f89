using System.Security.Cryptography;

namespace SesameGrpc.Gateway.Keys;

/// <summary>Random bytes of the system's generator, fetched by the page: asking for a few at a time costs more than what they are for.</summary>
internal static class SecureRandom
{
    private const int PageBytes = 4096;

    [ThreadStatic]
    private static Page? page;

    public static void Fill(Span<byte> bytes)
    {
        var own = page ??= new Page();
        if (own.Used + bytes.Length > PageBytes)
        {
            RandomNumberGenerator.Fill(own.Bytes);
            own.Used = 0;
        }

        // What has been given out is not kept.
        var given = own.Bytes.AsSpan(own.Used, bytes.Length);
        given.CopyTo(bytes);
        given.Clear();
        own.Used += bytes.Length;
    }

    private sealed class Page
    {
        public byte[] Bytes { get; } = new byte[PageBytes];

        public int Used { get; set; } = PageBytes;
    }
}
