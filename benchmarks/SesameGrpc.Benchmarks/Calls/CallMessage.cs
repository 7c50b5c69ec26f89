using System.Buffers.Binary;
using Google.Protobuf;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>The methods that are called.</summary>
internal enum CallKind
{
    Eligibility = 0,
    Score = 1,
}

/// <summary>The request of one method, of which only the subject differs from call to call, and what its answer must say. Nothing is allocated per call.</summary>
internal sealed class CallMessage
{
    public const string Programme = "bike.deposit_free";

    // Before each message on the wire: whether it is compressed, and its length.
    private const int Prefix = 5;

    private readonly CallKind kind;
    private readonly byte[] template;
    private readonly int subjectAt;

    public CallMessage(CallKind kind)
    {
        this.kind = kind;
        var subject = new byte[CallPersons.SubjectLength];
        CallPersons.WriteSubject(subject, 0);
        var text = System.Text.Encoding.ASCII.GetString(subject);
        IMessage message =
            kind == CallKind.Eligibility
                ? new CheckEligibilityRequest { Subject = text, Programme = Programme }
                : new GetCreditScoreRequest { Subject = text };
        template = [.. new byte[Prefix], .. message.ToByteArray()];
        BinaryPrimitives.WriteInt32BigEndian(template.AsSpan(1), template.Length - Prefix);
        subjectAt = template.AsSpan().IndexOf(subject);
    }

    public string Path =>
        kind == CallKind.Eligibility
            ? "/sesame.partner.v1.EligibilityService/CheckEligibility"
            : "/sesame.partner.v1.CreditScoreService/GetCreditScore";

    public int Length => template.Length;

    public void Write(Span<byte> place, int person)
    {
        template.CopyTo(place);
        CallPersons.WriteSubject(place[subjectAt..], person);
    }

    /// <summary>What is wrong with an answer as it was on the wire; null: it is the one that is due. The source is where the gateway says that it read the person.</summary>
    public string? FaultOf(ReadOnlySpan<byte> answer, int person, out AnswerSource source)
    {
        source = AnswerSource.Unspecified;
        if (answer.Length < Prefix || answer[0] != 0 || BinaryPrimitives.ReadInt32BigEndian(answer[1..]) != answer.Length - Prefix)
        {
            return $"an answer that is no whole message, {answer.Length} bytes";
        }

        return kind == CallKind.Eligibility
            ? EligibilityFault(answer[Prefix..], out source)
            : ScoreFault(answer[Prefix..], person, out source);
    }

    private static string? EligibilityFault(ReadOnlySpan<byte> message, out AnswerSource source)
    {
        var decision = EligibilityDecision.Unspecified;
        source = AnswerSource.Unspecified;
        while (!message.IsEmpty)
        {
            var field = ProtoField.Read(ref message);
            decision = field.Number == CheckEligibilityResponse.DecisionFieldNumber ? (EligibilityDecision)field.Value : decision;
            source = field.Number == CheckEligibilityResponse.SourceFieldNumber ? (AnswerSource)field.Value : source;
        }

        return decision == EligibilityDecision.Eligible ? null : $"the decision {decision}";
    }

    private static string? ScoreFault(ReadOnlySpan<byte> message, int person, out AnswerSource source)
    {
        Span<byte> subject = stackalloc byte[CallPersons.SubjectLength];
        CallPersons.WriteSubject(subject, person);
        var isSubject = false;
        var score = 0L;
        source = AnswerSource.Unspecified;
        while (!message.IsEmpty)
        {
            var field = ProtoField.Read(ref message);
            switch (field.Number)
            {
                case GetCreditScoreResponse.SubjectFieldNumber:
                    isSubject = field.Bytes.SequenceEqual(subject);
                    break;
                case GetCreditScoreResponse.ScoreFieldNumber:
                    score = ScoreIn(field.Bytes);
                    break;
                case GetCreditScoreResponse.SourceFieldNumber:
                    source = (AnswerSource)field.Value;
                    break;
            }
        }

        return isSubject && score == CallPersons.ScoreOf(person) ? null : $"the score {score} in place of {CallPersons.ScoreOf(person)}";
    }

    private static long ScoreIn(ReadOnlySpan<byte> message)
    {
        var score = 0L;
        while (!message.IsEmpty)
        {
            var field = ProtoField.Read(ref message);
            score = field.Number == CreditScore.ScoreFieldNumber ? field.Value : score;
        }

        return score;
    }
}
