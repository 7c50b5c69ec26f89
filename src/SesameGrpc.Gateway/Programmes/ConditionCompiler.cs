using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Programmes;

/// <summary>A condition ready to be asked.</summary>
internal delegate Verdict CompiledCondition(in Facts facts);

/// <summary>Turns conditions, which are data, into delegates, once. Pure.</summary>
internal static class ConditionCompiler
{
    private const int MaxDepth = 8;

    /// <summary>What is wrong with a condition; null when it may be compiled.</summary>
    public static string? FaultOf(Condition condition, int depth = 1) =>
        condition.KindCase switch
        {
            _ when depth > MaxDepth => $"is nested more than {MaxDepth} deep",
            Condition.KindOneofCase.ScoreAtLeast => condition.ScoreAtLeast is >= 350 and <= 950
                ? null
                : "score_at_least must be 350 to 950",
            Condition.KindOneofCase.NotCourtListed => condition.NotCourtListed ? null : "not_court_listed must be true",
            Condition.KindOneofCase.OptedIn => condition.OptedIn ? null : "opted_in must be true",
            Condition.KindOneofCase.AttributeOneOf => condition.AttributeOneOf is { Values.Count: >= 1 and <= 32 } one
            && IsAttribute(one.Attribute)
                ? null
                : "attribute_one_of must name an attribute (1 to 64 of a-z 0-9 _) and 1 to 32 values",
            Condition.KindOneofCase.AttributeAtLeast => IsAttribute(condition.AttributeAtLeast.Attribute)
                ? null
                : "attribute_at_least must name an attribute (1 to 64 of a-z 0-9 _)",
            Condition.KindOneofCase.AmountAtMost => condition.AmountAtMost is { CurrencyCode: "CNY", MinorUnits: > 0 }
                ? null
                : "amount_at_most must be CNY above 0",
            Condition.KindOneofCase.All => FaultOf(condition.All, depth),
            Condition.KindOneofCase.Any => FaultOf(condition.Any, depth),
            Condition.KindOneofCase.Not => condition.Not.KindCase
                is Condition.KindOneofCase.AttributeOneOf
                    or Condition.KindOneofCase.AttributeAtLeast
                ? FaultOf(condition.Not, depth + 1)
                : "not may negate a condition on an attribute only",
            _ => "must set exactly one kind",
        };

    public static CompiledCondition Compile(Condition condition) =>
        condition.KindCase switch
        {
            Condition.KindOneofCase.ScoreAtLeast => ScoreAtLeast(condition.ScoreAtLeast),
            Condition.KindOneofCase.NotCourtListed => static (in facts) =>
                facts.CourtListed ? Verdict.Fails(DecisionReason.CourtListed) : Verdict.Holds,
            Condition.KindOneofCase.OptedIn => static (in _) => Verdict.Holds,
            Condition.KindOneofCase.AttributeOneOf => AttributeOneOf(condition.AttributeOneOf),
            Condition.KindOneofCase.AttributeAtLeast => AttributeAtLeast(condition.AttributeAtLeast),
            Condition.KindOneofCase.AmountAtMost => AmountAtMost(condition.AmountAtMost.MinorUnits),
            Condition.KindOneofCase.All => All([.. condition.All.Conditions.Select(Compile)]),
            Condition.KindOneofCase.Any => Any([.. condition.Any.Conditions.Select(Compile)]),
            Condition.KindOneofCase.Not => Not(Compile(condition.Not)),
            _ => throw new ArgumentException("A condition must set exactly one kind.", nameof(condition)),
        };

    /// <summary>All of these hold. False outweighs Unknown.</summary>
    public static CompiledCondition All(CompiledCondition[] parts) =>
        (in facts) =>
        {
            var truth = Truth.True;
            ReasonSet failed = default,
                unknown = default;
            foreach (var part in parts)
            {
                var verdict = part(in facts);
                truth = verdict.Truth < truth ? verdict.Truth : truth;
                failed |= verdict.Truth == Truth.False ? verdict.Reasons : default;
                unknown |= verdict.Truth == Truth.Unknown ? verdict.Reasons : default;
            }

            return new Verdict(truth, truth == Truth.False ? failed : unknown);
        };

    /// <summary>The score that a condition asks for in every case; 0 when there is none.</summary>
    public static int MinimumScoreOf(Condition condition) =>
        condition.KindCase switch
        {
            Condition.KindOneofCase.ScoreAtLeast => condition.ScoreAtLeast,
            Condition.KindOneofCase.All => condition.All.Conditions.Max(MinimumScoreOf),
            Condition.KindOneofCase.Any => condition.Any.Conditions.Min(MinimumScoreOf),
            _ => 0,
        };

    /// <summary>Whether a condition asks for the amount of the order.</summary>
    public static bool AsksForAmount(Condition condition) =>
        condition.KindCase switch
        {
            Condition.KindOneofCase.AmountAtMost => true,
            Condition.KindOneofCase.All => condition.All.Conditions.Any(AsksForAmount),
            Condition.KindOneofCase.Any => condition.Any.Conditions.Any(AsksForAmount),
            _ => false,
        };

    /// <summary>The attributes that a condition asks for.</summary>
    public static IEnumerable<string> AttributesOf(Condition condition) =>
        condition.KindCase switch
        {
            Condition.KindOneofCase.AttributeOneOf => [condition.AttributeOneOf.Attribute],
            Condition.KindOneofCase.AttributeAtLeast => [condition.AttributeAtLeast.Attribute],
            Condition.KindOneofCase.All => condition.All.Conditions.SelectMany(AttributesOf),
            Condition.KindOneofCase.Any => condition.Any.Conditions.SelectMany(AttributesOf),
            Condition.KindOneofCase.Not => AttributesOf(condition.Not),
            _ => [],
        };

    public static CompiledCondition ScoreAtLeast(int minimum) =>
        (in facts) =>
            facts.Score switch
            {
                null => Verdict.IsUnknown(DecisionReason.ScoreExpired),
                { } score when score < minimum => Verdict.Fails(DecisionReason.ScoreTooLow),
                _ => Verdict.Holds,
            };

    private static CompiledCondition AmountAtMost(long maximum) =>
        (in facts) => facts.Amount > maximum ? Verdict.Fails(DecisionReason.AmountTooHigh) : Verdict.Holds;

    private static CompiledCondition AttributeOneOf(AttributeOneOf condition)
    {
        var accepted = condition.Values.ToHashSet(StringComparer.Ordinal);
        return Attribute(condition.Attribute, AttributeValue.ValueOneofCase.Text, value => accepted.Contains(value.Text));
    }

    private static CompiledCondition AttributeAtLeast(AttributeAtLeast condition) =>
        Attribute(condition.Attribute, AttributeValue.ValueOneofCase.Number, value => value.Number >= condition.Minimum);

    private static CompiledCondition Attribute(string name, AttributeValue.ValueOneofCase type, Func<AttributeValue, bool> holds) =>
        (in facts) =>
        {
            if (!facts.Attributes.TryGetValue(name, out var value) || value.ValueCase != type)
            {
                return Verdict.IsUnknown(DecisionReason.AttributeMissing);
            }

            return holds(value) ? Verdict.Holds : Verdict.Fails(DecisionReason.AttributeNotMet);
        };

    private static CompiledCondition Any(CompiledCondition[] parts) =>
        (in facts) =>
        {
            var truth = Truth.False;
            ReasonSet reasons = default;
            foreach (var part in parts)
            {
                var verdict = part(in facts);
                truth = verdict.Truth > truth ? verdict.Truth : truth;
                reasons |= verdict.Reasons;
            }

            return truth == Truth.True ? Verdict.Holds : new Verdict(truth, reasons);
        };

    private static CompiledCondition Not(CompiledCondition part) =>
        (in facts) =>
            part(in facts) switch
            {
                { Truth: Truth.True } => Verdict.Fails(DecisionReason.AttributeNotMet),
                { Truth: Truth.False } => Verdict.Holds,
                var unknown => unknown,
            };

    private static string? FaultOf(ConditionList list, int depth) =>
        list.Conditions.Count is >= 1 and <= 16
            ? list.Conditions.Select(condition => FaultOf(condition, depth + 1)).FirstOrDefault(fault => fault is not null)
            : "a list must have 1 to 16 conditions";

    private static bool IsAttribute(string name) =>
        name.Length is >= 1 and <= 64
        && name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_');
}
