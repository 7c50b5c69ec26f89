using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Audit;

/// <summary>Begins entries of the audit log, and stands in for persons there.</summary>
internal sealed class AuditEntries(KeyRing keys, TimeProvider time) : IDisposable
{
    /// <summary>Caller of what the gateway does by itself.</summary>
    public const string Gateway = "gateway";

    /// <summary>Caller of what a person does on the pages.</summary>
    public const string Person = "person";

    /// <summary>Method of what the gateway ends because it has been kept long enough.</summary>
    public const string Retention = "RetentionWorker";

    public const int SubjectHashBytes = 16;

    /// <summary>Version of the entries' format.</summary>
    public const int FormatVersion = 1;

    private const ulong LengthDelimited = 2;

    // A key of its own: the log cannot be joined with the gateway's logs or with the shared cache, which know persons by other pseudonyms.
    private readonly PersonDigests<ByteString> subjects = new(keys.Derive("audit subjects"), ByteString.CopyFrom);

    public long NowMicros => time.NowMicros();

    /// <summary>An entry of this moment. The call id is empty for what the gateway does by itself.</summary>
    public AuditEntry New(string caller, string method, string callId) => At(NowMicros, caller, method, callId);

    /// <summary>The same of a moment just past.</summary>
    public static AuditEntry At(long micros, string caller, string method, string callId) =>
        new()
        {
            FormatVersion = FormatVersion,
            RecordTime = Instants.ToTimestamp(micros),
            Caller = caller,
            Method = method,
            CallId = callId,
        };

    /// <summary>An entry of what the gateway does by itself.</summary>
    public AuditEntry NewOfWorker(string worker, string? person)
    {
        var entry = New(Gateway, worker, "");
        entry.SubjectHash = person is null ? ByteString.Empty : SubjectHashOf(person);
        return entry;
    }

    /// <summary>An entry of what the gateway changes by itself, of nobody in particular.</summary>
    public AuditEntry ChangeOfWorker(string worker, string kind = "", string id = "")
    {
        var entry = NewOfWorker(worker, null);
        entry.Outcome = AuditOutcome.Changed;
        entry.ResourceKind = kind;
        entry.ResourceId = id;
        return entry;
    }

    /// <summary>An entry of what a person does on the pages.</summary>
    public AuditEntry NewOfPerson(string person, string action, string callId)
    {
        var entry = New(Person, $"{Person}/{action}", callId);
        entry.SubjectHash = SubjectHashOf(person);
        return entry;
    }

    /// <summary>Before which index the log says that its entries have ended; 0: the entry is of something else.</summary>
    public static long MinimumIndexOf(ReadOnlySpan<byte> entry)
    {
        if (entry.IndexOf("RetentionWorker"u8) < 0)
        {
            return 0;
        }

        try
        {
            var parsed = AuditEntry.Parser.ParseFrom(entry);
            return parsed is { Caller: Gateway, Method: Retention, Retention: { } retention } ? retention.MinimumIndex : 0;
        }
        catch (InvalidProtocolBufferException)
        {
            return 0;
        }
    }

    /// <summary>The person's hash in an entry; empty where it names nobody, or is no entry.</summary>
    public static ReadOnlySpan<byte> SubjectHashIn(ReadOnlySpan<byte> entry)
    {
        // Fields of an entry up to it are numbers and texts (the wire format of protobuf: the tag's lowest three bits are 0 or 2), read without making an object of the entry.
        while (TryReadVarint(ref entry, out var tag) && TryReadVarint(ref entry, out var value))
        {
            if ((tag & 7) != LengthDelimited)
            {
                continue;
            }

            if (value > (ulong)entry.Length)
            {
                return default;
            }

            if (tag >> 3 == AuditEntry.SubjectHashFieldNumber)
            {
                return value == SubjectHashBytes ? entry[..SubjectHashBytes] : default;
            }

            entry = entry[(int)value..];
        }

        return default;
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var index = 0; index < bytes.Length && index < 10; index++)
        {
            value |= (ulong)(bytes[index] & 0x7f) << (7 * index);
            if (bytes[index] < 0x80)
            {
                bytes = bytes[(index + 1)..];
                return true;
            }
        }

        return false;
    }

    public ByteString SubjectHashOf(string person) => subjects.Of(person);

    public void Dispose() => subjects.Dispose();
}
