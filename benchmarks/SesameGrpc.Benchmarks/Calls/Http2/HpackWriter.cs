using System.Text;

namespace SesameGrpc.Benchmarks.Calls.Http2;

/// <summary>Writes the headers of a request (RFC 7541). Made once per window; what a call sends is copied from it.</summary>
internal sealed class HpackWriter
{
    // Codes and their lengths in bits for the characters of a bearer token (RFC 7541 appendix B).
    private static readonly Dictionary<char, (uint Code, int Bits)> TokenCodes = ReadTokenCodes();

    private readonly List<byte> block = [];

    public byte[] ToArray() => [.. block];

    /// <summary>A header that one of the tables has: the static one up to 61, the dynamic one from 62 on.</summary>
    public HpackWriter Indexed(int index)
    {
        WriteInteger(0x80, 7, index);
        return this;
    }

    /// <summary>A header that the receiver puts into its dynamic table.</summary>
    public HpackWriter Kept(string name, string value) => Literal(0x40, name, value, huffman: false);

    /// <summary>A header that stays out of the table, its value coded by Huffman: as nghttp2's clients send a token on each call.</summary>
    public HpackWriter Unkept(string name, string value) => Literal(0x10, name, value, huffman: true);

    private HpackWriter Literal(byte kind, string name, string value, bool huffman)
    {
        block.Add(kind);
        WriteInteger(0, 7, name.Length);
        block.AddRange(Encoding.ASCII.GetBytes(name));
        var bytes = huffman ? Compress(value) : Encoding.ASCII.GetBytes(value);
        WriteInteger((byte)(huffman ? 0x80 : 0), 7, bytes.Length);
        block.AddRange(bytes);
        return this;
    }

    // Section 5.1.
    private void WriteInteger(byte first, int prefixBits, int value)
    {
        var most = (1 << prefixBits) - 1;
        if (value < most)
        {
            block.Add((byte)(first | value));
            return;
        }

        block.Add((byte)(first | most));
        for (value -= most; value >= 128; value >>= 7)
        {
            block.Add((byte)((value & 127) | 128));
        }

        block.Add((byte)value);
    }

    private static byte[] Compress(string text)
    {
        var bytes = new List<byte>(text.Length);
        ulong bits = 0;
        var held = 0;
        foreach (var character in text)
        {
            var (code, length) = TokenCodes[character];
            bits = (bits << length) | code;
            for (held += length; held >= 8; held -= 8)
            {
                bytes.Add((byte)(bits >> (held - 8)));
            }
        }

        // Section 5.2: the last byte is filled up with ones.
        if (held > 0)
        {
            bytes.Add((byte)((bits << (8 - held)) | (0xffu >> held)));
        }

        return [.. bytes];
    }

    private static Dictionary<char, (uint, int)> ReadTokenCodes()
    {
        var codes = new Dictionary<char, (uint, int)>();

        // Codes of one length follow one another in the order of the characters.
        Add(5, 0x00, "012aceiost");
        Add(6, 0x14, " ");
        Add(6, 0x16, "-.");
        Add(6, 0x19, "3456789");
        Add(6, 0x21, "A_bdfghlmnpru");
        Add(7, 0x5d, "BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz");
        Add(8, 0xfc, "XZ");
        return codes;

        void Add(int bits, uint first, string characters)
        {
            foreach (var character in characters)
            {
                codes[character] = (first++, bits);
            }
        }
    }
}
