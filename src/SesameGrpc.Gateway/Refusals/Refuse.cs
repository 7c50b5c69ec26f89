using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Refusals;

/// <summary>Every refusal that the gateway knows, one maker each.</summary>
internal static class Refuse
{
    /// <summary>Metadata of METHOD_UNKNOWN where a path is known: the HTTP methods that it takes.</summary>
    public const string Allow = "allow";

    private static readonly Refusal NotFoundRefusal = new(
        Code.NotFound,
        ErrorReason.ResourceNotFound,
        "There is nothing here that this caller may know about. If it is a person's consent that is missing, ask the person for it."
    );

    public static Refusal NotFound() => NotFoundRefusal;

    public static Refusal Field(string field, string description) => Fields([new(field, description)]);

    public static Refusal Fields(IReadOnlyList<KeyValuePair<string, string>> violations)
    {
        var badRequest = new BadRequest();
        foreach (var (field, description) in violations)
        {
            badRequest.FieldViolations.Add(new BadRequest.Types.FieldViolation { Field = field, Description = description });
        }

        return new(Code.InvalidArgument, ErrorReason.FieldInvalid, $"{violations[0].Key}: {violations[0].Value}")
        {
            Metadata = [new("fields", string.Join(',', violations.Select(violation => violation.Key)))],
            Details = [badRequest],
        };
    }

    public static Refusal MessageMalformed() =>
        new(Code.InvalidArgument, ErrorReason.MessageMalformed, "The message is not protobuf of this method's request type.");

    public static Refusal JsonMalformed(string cause) =>
        new(Code.InvalidArgument, ErrorReason.MessageMalformed, $"The body is not one JSON object (RFC 8259): {cause}.");

    public static Refusal MessageTooLarge(int limitBytes) =>
        new(Code.ResourceExhausted, ErrorReason.MessageTooLarge, $"The message is larger than {limitBytes} bytes; send less at once.")
        {
            Metadata = [new("limit_bytes", limitBytes.ToString())],
            Details = [Quota("message_bytes", $"A message has at most {limitBytes} bytes.")],
        };

    public static Refusal DeadlineInvalid(string value) =>
        new(Code.InvalidArgument, ErrorReason.DeadlineInvalid, "grpc-timeout must be one to eight digits and one of H, M, S, m, u, n.")
        {
            Metadata = [new("value", value.Length <= 32 ? value : value[..32])],
        };

    public static Refusal RequestIdReused(DateTimeOffset firstUsed) =>
        new(
            Code.InvalidArgument,
            ErrorReason.RequestIdReused,
            "request_id was used before with another request body; nothing was done. Make a new request_id for a new request."
        )
        {
            Metadata = [new("first_used_time", Timestamp.FromDateTimeOffset(firstUsed).ToString().Trim('"'))],
        };

    public static Refusal MethodUnknown() =>
        new(Code.Unimplemented, ErrorReason.MethodUnknown, "No method has exactly this path on this listener.");

    public static Refusal VerbUnknown(string allowed) =>
        new(Code.Unimplemented, ErrorReason.MethodUnknown, $"This path takes {allowed} alone.") { Metadata = [new(Allow, allowed)] };

    public static Refusal FormUnsupported(string expected) =>
        new(Code.Unimplemented, ErrorReason.EncodingUnsupported, $"The request must come as {expected}.")
        {
            Metadata = [new("expected", expected)],
        };

    public static Refusal EncodingUnsupported() =>
        new(
            Code.Unimplemented,
            ErrorReason.EncodingUnsupported,
            "The grpc-encoding of the message is not one that grpc-accept-encoding offers; send gzip, deflate or identity."
        );

    public static Refusal TokenMissing() =>
        new(Code.Unauthenticated, ErrorReason.TokenMissing, "Send the metadata \"authorization: Bearer <access token>\".");

    public static Refusal TokenInvalid(string cause) =>
        new(Code.Unauthenticated, ErrorReason.TokenInvalid, $"The access token is not valid: {cause}.");

    public static Refusal TokenExpired(DateTimeOffset expiry) =>
        new(Code.Unauthenticated, ErrorReason.TokenExpired, "The access token has expired; request a new one.")
        {
            Metadata = [new("expire_time", Timestamp.FromDateTimeOffset(expiry).ToString().Trim('"'))],
        };

    public static Refusal TokenNotBound() =>
        new(
            Code.Unauthenticated,
            ErrorReason.TokenNotBound,
            "The access token has no cnf claim with x5t#S256; request it over mutual TLS."
        );

    public static Refusal TokenBindingMismatch() =>
        new(
            Code.Unauthenticated,
            ErrorReason.TokenBindingMismatch,
            "The access token is bound to another certificate than this connection's."
        );

    public static Refusal CertificateUnknown(string cause) =>
        new(Code.Unauthenticated, ErrorReason.CertificateUnknown, $"The client certificate is not accepted: {cause}.");

    public static Refusal CertificateRevoked() =>
        new(Code.Unauthenticated, ErrorReason.CertificateRevoked, "The client certificate has been revoked.");

    public static Refusal InvitationInvalid() =>
        new(
            Code.Unauthenticated,
            ErrorReason.InvitationInvalid,
            "The invitation is unknown, has ended, or came with another key before; ask the operator for a new one."
        );

    public static Refusal TooManyCertificates(int limit) =>
        new(
            Code.ResourceExhausted,
            ErrorReason.TooManyCertificates,
            $"The partner has {limit} certificates that have not ended, or requests for them, the most allowed; revoke or let end what is not used."
        )
        {
            Metadata = [new("limit", limit.ToString())],
            Details = [Quota("certificates", $"At most {limit} certificates per partner.")],
        };

    public static Refusal PartnerSuspended() =>
        new(Code.PermissionDenied, ErrorReason.PartnerSuspended, "The partner is suspended; ask the operator.");

    public static Refusal ScopeMissing(string scope) =>
        new(Code.PermissionDenied, ErrorReason.ScopeMissing, $"The call needs the scope {scope}.") { Metadata = [new("scope", scope)] };

    public static Refusal MethodWithoutPolicy() =>
        new(Code.PermissionDenied, ErrorReason.MethodWithoutPolicy, "The method has no policy row, so it is closed; tell the operator.");

    public static Refusal ProgrammeNotEnrolled(string programme) =>
        new(Code.PermissionDenied, ErrorReason.ProgrammeNotEnrolled, "The partner is not enrolled in this programme.")
        {
            Metadata = [new("programme", programme)],
        };

    public static Refusal ObligationsOpen(long open) =>
        new(
            Code.FailedPrecondition,
            ErrorReason.ObligationsOpen,
            $"The person has {open} obligations open; they can be erased once those have ended."
        )
        {
            Metadata = [new("open", open.ToString())],
        };

    public static Refusal VisitLimitExceeded(long remainingFen, long limitFen) =>
        new(
            Code.FailedPrecondition,
            ErrorReason.VisitLimitExceeded,
            $"The charge does not fit into what is left of the visit's limit, {remainingFen} of {limitFen} fen; the person pays it at the counter."
        )
        {
            Metadata = [new("remaining_fen", remainingFen.ToString()), new("limit_fen", limitFen.ToString())],
        };

    public static Refusal AlreadyExists(string field, string message) =>
        new(Code.AlreadyExists, ErrorReason.AlreadyExists, message) { Metadata = [new("field", field)] };

    public static Refusal TooManyWebhookEndpoints(int limit) =>
        new(
            Code.ResourceExhausted,
            ErrorReason.TooManyWebhookEndpoints,
            $"The partner has {limit} webhook endpoints, the most allowed; delete one that is not needed."
        )
        {
            Metadata = [new("limit", limit.ToString())],
            Details = [Quota("webhook_endpoints", $"At most {limit} webhook endpoints per partner.")],
        };

    public static Refusal StateConflict<TAction>(System.Enum state, IEnumerable<TAction> allowed, long revision)
        where TAction : struct, System.Enum => StateConflict(ContractName.Of(state), ContractName.Of(allowed), revision);

    public static Refusal StateConflict(string state, string allowedActions, long revision) =>
        new(
            Code.FailedPrecondition,
            ErrorReason.StateConflict,
            $"The state is {state} at revision {revision}; it allows: {(allowedActions.Length == 0 ? "nothing more" : allowedActions)}."
        )
        {
            Metadata = [new("state", state), new("allowed_actions", allowedActions), new("revision", revision.ToString())],
        };

    public static Refusal TooManyDisputes(int limit) =>
        new(
            Code.FailedPrecondition,
            ErrorReason.StateConflict,
            $"The person has {limit} disputes open, as many as there may be; one has to be answered first."
        )
        {
            Metadata = [new("state", "TOO_MANY_OPEN"), new("allowed_actions", ""), new("revision", "0")],
        };

    public static Refusal AlreadySettled(string settledBy, DateTimeOffset settled) =>
        new(
            Code.FailedPrecondition,
            ErrorReason.AlreadySettled,
            $"The charge is paid already, by {settledBy}; a payment on top of it is one too many and must be given back."
        )
        {
            Metadata = [new("settled_by", settledBy), new("settle_time", Timestamp.FromDateTimeOffset(settled).ToString().Trim('"'))],
        };

    public static Refusal CollectionUnderWay(int attempt) =>
        new(
            Code.FailedPrecondition,
            ErrorReason.CollectionUnderWay,
            "An attempt to collect the charge is with the payment system, so its amount cannot change now; ask again when it has ended."
        )
        {
            Metadata = [new("attempt", attempt.ToString())],
            Details = [Retry(TimeSpan.FromSeconds(10))],
        };

    public static Refusal LostRace() =>
        new(Code.Aborted, ErrorReason.LostRace, "Another call changed the same data at the same moment; send the same request again.")
        {
            Details = [Retry(TimeSpan.FromMilliseconds(50))],
        };

    public static Refusal TooManyCalls(int limit) =>
        new(
            Code.ResourceExhausted,
            ErrorReason.TooManyCalls,
            $"The partner has {limit} calls under way, the most allowed; wait for some to end."
        )
        {
            Metadata = [new("limit", limit.ToString())],
            Details =
            [
                Quota("concurrent_calls", $"At most {limit} calls under way on one instance."),
                Retry(TimeSpan.FromMilliseconds(200)),
            ],
        };

    public static Refusal StoreUnavailable() =>
        new(Code.Unavailable, ErrorReason.StoreUnavailable, "The store of record does not answer; send the same request again.")
        {
            Details = [Retry(TimeSpan.FromSeconds(1))],
        };

    public static Refusal IssuerUnavailable() =>
        new(
            Code.Unavailable,
            ErrorReason.IssuerUnavailable,
            "The keys of the token issuer cannot be read at the moment; send the same request again."
        )
        {
            Details = [Retry(TimeSpan.FromSeconds(1))],
        };

    public static Refusal DeadlineExceeded(TimeSpan deadline) =>
        new(Code.DeadlineExceeded, ErrorReason.DeadlineExceeded, $"The deadline of {deadline.TotalSeconds:0.###} s has passed.")
        {
            Metadata = [new("deadline_seconds", deadline.TotalSeconds.ToString("0.###"))],
        };

    public static Refusal Cancelled() => new(Code.Cancelled, ErrorReason.Cancelled, "The caller gave up.");

    public static Refusal Internal() =>
        new(Code.Internal, ErrorReason.Internal, "A fault of the gateway; quote the request id of RequestInfo to the operator.");

    private static QuotaFailure Quota(string subject, string description) =>
        new()
        {
            Violations =
            {
                new QuotaFailure.Types.Violation { Subject = subject, Description = description },
            },
        };

    private static RetryInfo Retry(TimeSpan delay) => new() { RetryDelay = Duration.FromTimeSpan(delay) };
}
