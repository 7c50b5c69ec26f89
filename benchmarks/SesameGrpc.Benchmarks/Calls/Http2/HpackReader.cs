using System.Text;

namespace SesameGrpc.Benchmarks.Calls.Http2;

/// <summary>
/// Reads the headers of responses on one connection (RFC 7541), as far as Kestrel and gRPC servers write them: without Huffman codes, which it refuses. Headers that the tables
/// have cost no allocation.
/// </summary>
internal sealed class HpackReader
{
    private const int StaticEntries = 61;

    // The static table's names, and the two values that responses use.
    private static readonly Header[] Static = [.. StaticNames().Select(Parse)];

    private readonly List<Header> dynamic = [];

    public delegate void Visit(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    /// <summary>Reads one block.</summary>
    public void Read(ReadOnlySpan<byte> block, Visit visit)
    {
        while (!block.IsEmpty)
        {
            var first = block[0];
            if ((first & 0x80) != 0)
            {
                var header = At(ReadInteger(ref block, 7));
                visit(header.Name, header.Value);
            }
            else if ((first & 0xe0) == 0x20)
            {
                // A change of the table's size. Servers start with one; entries that it drops are the oldest, which nobody refers to any more.
                _ = ReadInteger(ref block, 5);
            }
            else
            {
                ReadLiteral(ref block, (first & 0x40) != 0, visit);
            }
        }
    }

    private void ReadLiteral(ref ReadOnlySpan<byte> block, bool isKept, Visit visit)
    {
        var index = ReadInteger(ref block, isKept ? 6 : 4);
        var name = index > 0 ? At(index).Name : ReadText(ref block);
        var value = ReadText(ref block);
        if (isKept)
        {
            dynamic.Insert(0, new Header(name.ToArray(), value.ToArray()));
            if (dynamic.Count > 256)
            {
                dynamic.RemoveAt(dynamic.Count - 1);
            }
        }

        visit(name, value);
    }

    private Header At(int index) => index <= StaticEntries ? Static[index - 1] : dynamic[index - StaticEntries - 1];

    private static ReadOnlySpan<byte> ReadText(ref ReadOnlySpan<byte> block)
    {
        if ((block[0] & 0x80) != 0)
        {
            throw new NotSupportedException("The server codes headers by Huffman, which this client does not read.");
        }

        var length = ReadInteger(ref block, 7);
        var text = block[..length];
        block = block[length..];
        return text;
    }

    private static int ReadInteger(ref ReadOnlySpan<byte> block, int prefixBits)
    {
        var most = (1 << prefixBits) - 1;
        var value = block[0] & most;
        block = block[1..];
        if (value < most)
        {
            return value;
        }

        for (var shift = 0; ; shift += 7)
        {
            var next = block[0];
            block = block[1..];
            value += (next & 127) << shift;
            if (next < 128)
            {
                return value;
            }
        }
    }

    private static Header Parse(string text)
    {
        var parts = text.Split('=');
        return new Header(Encoding.ASCII.GetBytes(parts[0]), Encoding.ASCII.GetBytes(parts.Length > 1 ? parts[1] : ""));
    }

    // Appendix A.
    private static string[] StaticNames() =>
        (
            ":authority :method=GET :method=POST :path=/ :path=/index.html :scheme=http :scheme=https :status=200 :status=204 :status=206 :status=304 :status=400 :status=404 "
            + ":status=500 accept-charset accept-encoding accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control "
            + "content-disposition content-encoding content-language content-length content-location content-range content-type cookie date etag expect expires from host "
            + "if-match if-modified-since if-none-match if-range if-unmodified-since last-modified link location max-forwards proxy-authenticate proxy-authorization range "
            + "referer refresh retry-after server set-cookie strict-transport-security transfer-encoding user-agent vary via www-authenticate"
        ).Split(' ');

    private sealed record Header(byte[] Name, byte[] Value);
}
