using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Microsoft.IdentityModel.Tokens;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Programmes;

namespace SesameGrpc.Gateway.Eligibility;

/// <summary>What a decision was about: a sealed decision counts for exactly this again.</summary>
/// <param name="Partner">Who asked.</param>
/// <param name="Person">About whom.</param>
/// <param name="PolicyVersion">Under which policy.</param>
/// <param name="Attributes">What was stated about the order.</param>
/// <param name="Amount">The order's amount where the policy asks for it; else null, and the decision counts for any amount up to its limit.</param>
internal sealed record DecisionSubject(
    string Partner,
    string Person,
    string PolicyVersion,
    MapField<string, AttributeValue> Attributes,
    Money? Amount = null
)
{
    public static DecisionSubject Of(
        string partner,
        string person,
        EnrolledProgramme programme,
        Money? amount,
        MapField<string, AttributeValue> attributes
    ) => new(partner, person, programme.PolicyVersion, attributes, programme.AsksForAmount ? amount : null);
}

/// <summary>
/// Makes decision ids that carry their decision: expiry, amount limit and a nonce, sealed by HMAC-SHA-256 together with what was decided. A grant can
/// honour an earlier decision without anything being stored for it.
/// </summary>
internal sealed class DecisionSeal(KeyRing keys)
{
    /// <summary>How long a decision counts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private const byte Format = 1;
    private const int BodyLength = 1 + 8 + 8 + 8;
    private const int SealLength = 16;
    private const long NotEligible = -1;
    private const long NoAmount = long.MaxValue;

    private readonly byte[] key = keys.Derive("decision seal");

    public string Seal(DecisionSubject subject, Decision decision, long expireMicros)
    {
        Span<byte> sealedId = stackalloc byte[BodyLength + SealLength];
        sealedId[0] = Format;
        BinaryPrimitives.WriteInt64BigEndian(sealedId[1..], expireMicros);
        BinaryPrimitives.WriteInt64BigEndian(
            sealedId[9..],
            decision.Outcome == EligibilityDecision.Eligible ? decision.AmountLimit ?? NoAmount : NotEligible
        );
        RandomNumberGenerator.Fill(sealedId[17..BodyLength]);
        Mac(subject, sealedId[..BodyLength])[..SealLength].CopyTo(sealedId[BodyLength..]);
        return Base64UrlEncoder.Encode(sealedId.ToArray());
    }

    /// <summary>The ELIGIBLE decision behind an id, if it was made for this subject and has not expired; else null.</summary>
    public Decision? Open(DecisionSubject subject, string decisionId, long nowMicros)
    {
        Span<byte> sealedId = stackalloc byte[BodyLength + SealLength];
        if (
            decisionId.Length != (sealedId.Length * 4 + 2) / 3
            // Asked first, because the decoder throws on characters outside of the alphabet.
            || !Base64Url.IsValid(decisionId)
            || !Base64Url.TryDecodeFromChars(decisionId, sealedId, out var length)
            || length != sealedId.Length
            || sealedId[0] != Format
        )
        {
            return null;
        }

        var limit = BinaryPrimitives.ReadInt64BigEndian(sealedId[9..]);
        var isGenuine = CryptographicOperations.FixedTimeEquals(
            Mac(subject, sealedId[..BodyLength]).AsSpan(0, SealLength),
            sealedId[BodyLength..]
        );
        return isGenuine && limit != NotEligible && nowMicros < BinaryPrimitives.ReadInt64BigEndian(sealedId[1..])
            ? new Decision(EligibilityDecision.Eligible, default, limit == NoAmount ? null : limit)
            : null;
    }

    private byte[] Mac(DecisionSubject subject, ReadOnlySpan<byte> body)
    {
        // A protobuf message is an unambiguous encoding of its parts; deterministic, so that the order of attributes does not matter.
        var check = new CheckEligibilityRequest
        {
            Subject = subject.Person,
            Programme = $"{subject.Partner} {subject.PolicyVersion}",
            Amount = subject.Amount,
        };
        check.Attributes.Add(subject.Attributes);
        var size = check.CalculateSize();
        var input = new byte[BodyLength + size];
        body.CopyTo(input);
        using var output = new CodedOutputStream(new MemoryStream(input, BodyLength, size)) { Deterministic = true };
        check.WriteTo(output);
        output.Flush();
        return HMACSHA256.HashData(key, input);
    }
}
