using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Audit;

/// <summary>Begins entries of the audit log, and stands in for persons there.</summary>
internal sealed class AuditEntries(KeyRing keys, TimeProvider time)
{
    /// <summary>Caller of what the gateway does by itself.</summary>
    public const string Gateway = "gateway";

    /// <summary>Caller of what a person does on the pages.</summary>
    public const string Person = "person";

    /// <summary>Method of what the gateway ends because it has been kept long enough.</summary>
    public const string Retention = "RetentionWorker";

    public const int SubjectHashBytes = 16;

    private const int FormatVersion = 1;

    // A key of its own: the log cannot be joined with the gateway's logs or with the shared cache, which know persons by other pseudonyms.
    private readonly byte[] key = keys.Derive("audit subjects");

    /// <summary>An entry of this moment. The call id is empty for what the gateway does by itself.</summary>
    public AuditEntry New(string caller, string method, string callId) =>
        new()
        {
            FormatVersion = FormatVersion,
            RecordTime = Instants.ToTimestamp(time.NowMicros()),
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

    public ByteString SubjectHashOf(string person)
    {
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(person), mac);
        return ByteString.CopyFrom(mac[..SubjectHashBytes]);
    }
}
