using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Audit.V1;

namespace SesameGrpc.Gateway.Audit;

/// <summary>
/// Writes an <see cref="AuditEntry"/> field by field, byte for byte as the message would write itself (protobuf, "Encoding"), without the message: a look-up that is answered from memory would spend
/// more on it than on the decision. Fields are given in the order of their numbers; one that has its default is left out.
/// </summary>
internal readonly ref struct EntryWriter
{
    private const int MicrosPerSecond = 1_000_000;
    private const int NanosPerMicro = 1000;

    private readonly LeafWriter leaves;
    private readonly long micros;

    /// <summary>Begins an entry of this time, microseconds since 1970, with the fields that every entry has.</summary>
    public EntryWriter(LeafWriter leaves, long micros, string caller, string method, scoped ReadOnlySpan<byte> callId)
    {
        (this.leaves, this.micros) = (leaves, micros);
        leaves.Begin();
        Number(AuditEntry.FormatVersionFieldNumber, AuditEntries.FormatVersion);
        RecordTime();
        Text(AuditEntry.CallerFieldNumber, caller);
        Text(AuditEntry.MethodFieldNumber, method);
        Bytes(AuditEntry.CallIdFieldNumber, callId);
    }

    /// <summary>A number, or an enum's.</summary>
    public void Number(int field, long value)
    {
        if (value != 0)
        {
            Put(WireFormat.MakeTag(field, WireFormat.WireType.Varint));
            Put((ulong)value);
        }
    }

    /// <summary>A text; called again for each one of a repeated field, of which none is empty.</summary>
    public void Text(int field, string value)
    {
        if (value.Length > 0)
        {
            var size = Encoding.UTF8.GetByteCount(value);
            Encoding.UTF8.GetBytes(value, Begin(field, size));
        }
    }

    /// <summary>Bytes, or a text that is encoded already.</summary>
    public void Bytes(int field, scoped ReadOnlySpan<byte> value)
    {
        if (value.Length > 0)
        {
            value.CopyTo(Begin(field, value.Length));
        }
    }

    /// <summary>All numbers of a repeated field, which is packed.</summary>
    public void Numbers(int field, scoped ReadOnlySpan<int> values)
    {
        var size = 0;
        foreach (var value in values)
        {
            size += CodedOutputStream.ComputeUInt64Size((ulong)value);
        }

        if (size > 0)
        {
            Prefix(field, size);
            foreach (var value in values)
            {
                Put((ulong)value);
            }
        }
    }

    /// <summary>The entry is complete.</summary>
    public void End() => leaves.End(micros);

    private void RecordTime()
    {
        var (seconds, rest) = Math.DivRem(micros, MicrosPerSecond);
        var nanos = rest * NanosPerMicro;
        var size =
            (seconds == 0 ? 0 : 1 + CodedOutputStream.ComputeUInt64Size((ulong)seconds))
            + (nanos == 0 ? 0 : 1 + CodedOutputStream.ComputeUInt64Size((ulong)nanos));
        Prefix(AuditEntry.RecordTimeFieldNumber, size);
        Number(Timestamp.SecondsFieldNumber, seconds);
        Number(Timestamp.NanosFieldNumber, nanos);
    }

    private Span<byte> Begin(int field, int size)
    {
        Prefix(field, size);
        return leaves.Take(size);
    }

    // Before what is as long as this.
    private void Prefix(int field, int size)
    {
        Put(WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited));
        Put((ulong)size);
    }

    private void Put(ulong value)
    {
        var bytes = leaves.Take(CodedOutputStream.ComputeUInt64Size(value));
        for (var index = 0; index < bytes.Length - 1; index++)
        {
            bytes[index] = (byte)(value | 0x80);
            value >>= 7;
        }

        bytes[^1] = (byte)value;
    }
}
