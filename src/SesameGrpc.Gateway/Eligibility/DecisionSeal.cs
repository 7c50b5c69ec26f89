using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.Collections;
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
internal readonly record struct DecisionSubject(
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

/// <summary>A decision that counts again: its id, the policy that made it, and what it was.</summary>
internal sealed record HonouredDecision(string Id, string PolicyVersion, Decision Decision);

/// <summary>
/// Makes decision ids that carry their decision: expiry, amount limit and a nonce, sealed by HMAC-SHA-256 together with what was decided. A grant can
/// honour an earlier decision without anything being stored for it.
/// </summary>
internal sealed class DecisionSeal(KeyRing keys) : IDisposable
{
    /// <summary>How long a decision counts.</summary>
    public static readonly TimeSpan Lifetime = CompiledProgramme.DecisionLifetime;

    private const byte Format = 1;
    private const int BodyLength = 1 + 8 + 8 + 8;
    private const int SealLength = 16;
    private const int UsualInputLength = 512;
    private const long NotEligible = -1;
    private const long NoAmount = long.MaxValue;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? scratch;

    private readonly KeyedHash hash = new(keys.Derive("decision seal"));

    public string Seal(DecisionSubject subject, Decision decision, long expireMicros)
    {
        Span<byte> sealedId = stackalloc byte[BodyLength + SealLength];
        sealedId[0] = Format;
        BinaryPrimitives.WriteInt64BigEndian(sealedId[1..], expireMicros);
        BinaryPrimitives.WriteInt64BigEndian(
            sealedId[9..],
            decision.Outcome == EligibilityDecision.Eligible ? decision.AmountLimit ?? NoAmount : NotEligible
        );
        SecureRandom.Fill(sealedId[17..BodyLength]);
        Mac(subject, sealedId[..BodyLength], sealedId[BodyLength..]);
        return Base64Url.EncodeToString(sealedId);
    }

    /// <summary>
    /// The ELIGIBLE decision behind an id, if it was made for this partner, person, enrolment and order and has not expired; else null. A version of the programme that has come in force since
    /// does not end it: the partner was told until when it counts.
    /// </summary>
    public HonouredDecision? Honour(
        string partner,
        string person,
        EnrolledProgramme programme,
        Money? amount,
        MapField<string, AttributeValue> attributes,
        string decisionId,
        long nowMicros
    )
    {
        foreach (var policy in decisionId.Length == 0 ? [] : programme.Former.Prepend(programme))
        {
            if (Open(DecisionSubject.Of(partner, person, policy, amount, attributes), decisionId, nowMicros) is { } decision)
            {
                return new HonouredDecision(decisionId, policy.PolicyVersion, decision);
            }
        }

        return null;
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
        Span<byte> expected = stackalloc byte[SealLength];
        Mac(subject, sealedId[..BodyLength], expected);
        var isGenuine = CryptographicOperations.FixedTimeEquals(expected, sealedId[BodyLength..]);
        return isGenuine && limit != NotEligible && nowMicros < BinaryPrimitives.ReadInt64BigEndian(sealedId[1..])
            ? new Decision(EligibilityDecision.Eligible, default, limit == NoAmount ? null : limit)
            : null;
    }

    public void Dispose() => hash.Dispose();

    // Each part behind its length, so that no two subjects have the same bytes.
    private void Mac(DecisionSubject subject, ReadOnlySpan<byte> body, Span<byte> seal)
    {
        var input = scratch ??= new ArrayBufferWriter<byte>(UsualInputLength);
        input.ResetWrittenCount();
        input.Write(body);
        Write(input, subject.Partner);
        Write(input, subject.Person);
        Write(input, subject.PolicyVersion);
        Write(input, subject.Amount?.MinorUnits ?? NoAmount);
        Write(input, subject.Amount?.CurrencyCode ?? "");
        if (subject.Attributes.Count > 0)
        {
            Write(input, subject.Attributes);
        }

        hash.Write(input.WrittenSpan, seal);
    }

    private static void Write(ArrayBufferWriter<byte> input, string text)
    {
        var room = input.GetSpan(sizeof(int) + Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, room[sizeof(int)..]);
        BinaryPrimitives.WriteInt32BigEndian(room, length);
        input.Advance(sizeof(int) + length);
    }

    private static void Write(ArrayBufferWriter<byte> input, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(input.GetSpan(sizeof(long)), number);
        input.Advance(sizeof(long));
    }

    // In the order of their names, whatever order they were stated in.
    private static void Write(ArrayBufferWriter<byte> input, MapField<string, AttributeValue> attributes)
    {
        foreach (var (name, value) in attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Write(input, name);
            Write(input, (long)value.ValueCase);
            Write(input, value.Text);
            Write(input, value.Number);
        }
    }
}
