using System.Collections.Frozen;
using Grpc.Core;
using SesameGrpc.Client;

namespace SesameGrpc.Cli.Output;

/// <summary>One sentence on what to do for each reason.</summary>
internal static class Remedy
{
    private const string SendAgain = "Send the same request again, with the same request id.";
    private const string QuoteId = "Quote the request id to the operator of the gateway.";
    private const string AskForFewer = "Ask only for scopes that the operator has given the partner.";
    private const string CheckIssuer = "Check the issuer's address and its metadata.";

    private static readonly FrozenDictionary<string, string> ByReason = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["FIELD_INVALID"] = "Correct the fields named and send the request again.",
        ["OBLIGATIONS_OPEN"] = "See what is open with `sesame ledger list --person ID`; erase when it has ended.",
        ["VISIT_LIMIT_EXCEEDED"] = "Have the person pay this charge at the counter, or charge less; `sesame visit get` shows what is left.",
        ["MESSAGE_MALFORMED"] = "Build the client from the gateway's current .proto files.",
        ["MESSAGE_TOO_LARGE"] = "Send less in one message.",
        ["DEADLINE_INVALID"] = "Correct the grpc-timeout header.",
        ["REQUEST_ID_REUSED"] = "Use a new request id for a new request; repeat an old one with exactly the same content.",
        ["ENCODING_UNSUPPORTED"] = "Send the message uncompressed.",
        ["METHOD_UNKNOWN"] = "Check that this program and the gateway are of the same version.",
        ["TOKEN_MISSING"] = "Request an access token and send it with the call.",
        ["TOKEN_INVALID"] = "Request a new access token from this gateway's issuer.",
        ["TOKEN_EXPIRED"] = "Request a new access token.",
        ["TOKEN_NOT_BOUND"] = "Request the token over mutual TLS, at the alias of the token endpoint.",
        ["TOKEN_BINDING_MISMATCH"] = "Call with the certificate with which the token was requested.",
        ["CERTIFICATE_UNKNOWN"] = "Use a certificate that names this partner (or operator) and is within its validity.",
        ["CERTIFICATE_REVOKED"] = "Ask the operator for a new certificate.",
        ["INVITATION_INVALID"] =
            "Run it again in the folder where it began; else ask the operator for a new invitation: `sesame partner invite`.",
        ["TOO_MANY_CERTIFICATES"] = "Renew only what is about to end: `sesame cert needs-renewal` tells.",
        ["PARTNER_SUSPENDED"] = "Only the operator can lift a suspension: `sesame partner resume`.",
        ["SCOPE_MISSING"] = "Ask the operator for the scope, and request a token with it.",
        ["METHOD_WITHOUT_POLICY"] = QuoteId,
        ["PROGRAMME_NOT_ENROLLED"] = "Check the programme's name; the operator enrols a partner.",
        ["RESOURCE_NOT_FOUND"] = "Check the id; a person who has not opted in is not found either.",
        ["ALREADY_EXISTS"] = "Choose another id, or read what it names already.",
        ["ALREADY_SETTLED"] = "Give the payment back: the charge was paid before.",
        ["COLLECTION_UNDER_WAY"] = "Read the object again in a moment; correct the charge if the attempt was declined.",
        ["STATE_CONFLICT"] = "Read the object again and choose one of its allowed actions.",
        ["LOST_RACE"] = SendAgain,
        ["TOO_MANY_WEBHOOK_ENDPOINTS"] = "Remove an endpoint that is not needed: `sesame webhook list`, `sesame webhook remove`.",
        ["TOO_MANY_CALLS"] = "Wait as long as the answer says, then send fewer calls at once.",
        ["STORE_UNAVAILABLE"] = SendAgain,
        ["DEADLINE_EXCEEDED"] = SendAgain,
        ["ISSUER_UNAVAILABLE"] = "Try again later: the issuer whose keys check tokens does not answer the gateway.",
        ["CANCELLED"] = SendAgain,
        ["INTERNAL"] = QuoteId,
        ["invalid_client"] = "Check that the partner exists, is not suspended, and that this is its certificate.",
        ["invalid_scope"] = AskForFewer,
        ["invalid_request"] = AskForFewer,
        ["ISSUER_METADATA_INVALID"] = CheckIssuer,
        ["TOKEN_REFUSED"] = CheckIssuer,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string For(SesameException error)
    {
        if (error.ReasonName is not null && ByReason.TryGetValue(error.ReasonName, out var advice))
        {
            return error.RetryAfter is { } delay ? $"{advice} Wait {delay.TotalSeconds:0.###} s first." : advice;
        }

        return error.StatusCode switch
        {
            StatusCode.DeadlineExceeded or StatusCode.Aborted => SendAgain,
            StatusCode.Unimplemented => "Check that the address is the right listener of the gateway.",
            _ => "Read the message; if it does not help, ask the operator of the gateway.",
        };
    }
}
