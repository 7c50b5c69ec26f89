using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Listeners;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Tls;
using SesameGrpc.Gateway.Tokens;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>One call under way: what the steps of the pipeline have found out, for the steps behind them and for the services.</summary>
internal sealed class Call(HttpContext http, AuditEntries entries, MethodEndpoint? endpoint)
{
    // How the id is written: 32 hexadecimal digits.
    private const string IdFormat = "N";
    private const int IdDigits = 32;

    private Guid id;
    private LeafWriter? leaves;

    public HttpContext Http { get; } = http;

    /// <summary>Timestamp of the call's arrival.</summary>
    public long Begun { get; init; }

    /// <summary>Names the call in RequestInfo and in the logs.</summary>
    public string Id => RandomId.ToString(IdFormat);

    public CallerConnection Connection { get; } = http.CallerConnection();

    public Listener Listener => Connection.Listener;

    /// <summary>What was called; null where the path names no method.</summary>
    public MethodEndpoint? Endpoint { get; } = endpoint;

    /// <summary>"package.Service/Method", or null where the path names no method.</summary>
    public string? Method => Endpoint?.Method ?? Http.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName[1..];

    public MethodPolicy? Policy => Endpoint?.Policy;

    /// <summary>The status that was sent; null where the gRPC framework sends it.</summary>
    public StatusCode? Status { get; set; }

    /// <summary>Why it was refused; null where it was not, or where the gRPC framework did it by itself.</summary>
    public ErrorReason? Reason { get; set; }

    public ClientCertificate? Certificate => Connection.Certificate;

    public CallDeadline? Deadline { get; set; }

    /// <summary>Cancelled when the deadline passes or the connection ends. Asking for it starts a timer.</summary>
    public CancellationToken Aborted => Deadline?.Token ?? Http.RequestAborted;

    /// <summary>The calling partner; null on the operator listener.</summary>
    public PartnerRecord? Partner { get; set; }

    /// <summary>The calling operator; null on the partner listener.</summary>
    public string? Operator { get; set; }

    public ValidatedToken? Token { get; set; }

    /// <summary>Where the call is counted among those of its partner under way; null: it is not.</summary>
    public ConcurrencyLimits.Counter? Place { get; set; }

    /// <summary>Whether the token has the scope, and the partner has it still; only for methods whose row asks for a partner's token.</summary>
    public bool HasScope(string scope) => Token!.Scopes.Contains(scope) && Partner!.Scopes.Contains(scope);

    /// <summary>Whether the call may be about the person whom the partner knows by this subject: a token that came of a consent is for its person alone.</summary>
    public bool MayConcern(string subject) => Token?.Subject is not { } own || string.Equals(own, subject, StringComparison.Ordinal);

    public bool IsIdentified => Partner is not null || Operator is not null;

    /// <summary>The caller as request records and the audit log know it.</summary>
    public string Caller => Partner?.Caller ?? $"operator:{Operator}";

    /// <summary>The request_id of a mutation, once it is known to have its form.</summary>
    public string RequestId { get; set; } = "";

    /// <summary>
    /// What the call has to leave in the audit log, one entry for each person. Those of a disclosure are durable before its answer is sent; those of a
    /// mutation are committed with it.
    /// </summary>
    public LeafWriter Leaves => leaves ??= LeafWriter.Rent();

    /// <summary>The consents that the answer rests on: it is not sent if one of them has ended by then.</summary>
    public Reliances Reliances { get; } = new();

    /// <summary>The answer is written, and its connection keeps it until its leaf is durable.</summary>
    public bool IsHeld { get; set; }

    private Guid RandomId => id == default ? id = NewId() : id;

    private static Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        SecureRandom.Fill(bytes);
        return new Guid(bytes);
    }

    /// <summary>The request is about this person, by internal id, or by what the caller said where that leads to nobody: entries that name nobody else, also that of a refusal, carry the person's hash.</summary>
    public void Concerns(string person) => Person = person;

    /// <summary>The person that the request is about; null: none is known.</summary>
    public string? Person { get; private set; }

    /// <summary>One part of a batch is refused; the person is null where the part names none that could be.</summary>
    public void AuditRefusal(string? person, ErrorReason reason)
    {
        var entry = NewAuditEntry(person);
        entry.Outcome = AuditOutcome.Refused;
        entry.ErrorReason = reason;
        Leaves.Add(entry);
    }

    /// <summary>Something of an object of a person is told.</summary>
    public void Discloses(string person, string kind, string id, long revision, string field, Action<AuditEntry>? more = null)
    {
        var entry = NewAuditEntry(person);
        entry.ResourceKind = kind;
        entry.ResourceId = id;
        entry.ResourceRevision = revision;
        entry.DisclosedFields.Add(field);
        more?.Invoke(entry);
        Leaves.Add(entry);
    }

    /// <summary>An object is changed.</summary>
    public void Changes(string kind, string id, long revision = 0)
    {
        var entry = NewAuditEntry();
        entry.ResourceKind = kind;
        entry.ResourceId = id;
        entry.ResourceRevision = revision;
        Leaves.Add(entry);
    }

    /// <summary>An entry for the audit log with all that the call knows by itself; not yet among <see cref="Leaves"/>.</summary>
    public AuditEntry NewAuditEntry(string? person = null) => NewAuditEntry(person, entries.NowMicros);

    /// <summary>The same for what was decided at a moment just past.</summary>
    public AuditEntry NewAuditEntry(string? person, long micros)
    {
        var entry = Audit.AuditEntries.At(micros, Caller, Method!, Id);
        entry.Outcome = Policy?.Effect == Effect.Mutation ? AuditOutcome.Changed : AuditOutcome.Disclosed;
        entry.SubjectHash = (person ?? Person) is { } concerned ? entries.SubjectHashOf(concerned) : ByteString.Empty;
        entry.RequestId = RequestId;
        return entry;
    }

    /// <summary>
    /// The same for what is answered from memory: the entry of a disclosure, which is written to <see cref="Leaves"/> as its fields are given. Those that the call knows by itself are there, up to
    /// request_id.
    /// </summary>
    public EntryWriter BeginEntry(AuditOutcome outcome, string person, long micros)
    {
        Span<byte> digits = stackalloc byte[IdDigits];
        RandomId.TryFormat(digits, out _, IdFormat);
        var entry = new EntryWriter(Leaves, micros, Caller, Method!, digits);
        entry.Number(AuditEntry.OutcomeFieldNumber, (int)outcome);
        entry.Bytes(AuditEntry.SubjectHashFieldNumber, entries.SubjectHashOf(person).Span);
        entry.Text(AuditEntry.RequestIdFieldNumber, RequestId);
        return entry;
    }

    /// <summary>The call's entries; where it has added none, the one that names the person it concerns.</summary>
    public LeafWriter AllLeaves()
    {
        if (Leaves.Count == 0)
        {
            Leaves.Add(NewAuditEntry());
        }

        return Leaves;
    }

    /// <summary>The call's entries have been taken from <see cref="Leaves"/>; no more will come.</summary>
    public void ReturnLeaves()
    {
        leaves?.Return();
        leaves = null;
    }
}

internal static class Calls
{
    /// <summary>The call behind a service method.</summary>
    public static Call Call(this ServerCallContext context) =>
        (context as UnaryContext)?.Call
        ?? context.GetHttpContext().Features.Get<Call>()
        ?? throw new InvalidOperationException("The call did not come through the pipeline.");

    /// <summary>The calling partner; only for methods whose row asks for a partner's token.</summary>
    public static PartnerRecord Partner(this ServerCallContext context) =>
        context.Call().Partner ?? throw new InvalidOperationException("The method's policy row asks for no partner.");
}
