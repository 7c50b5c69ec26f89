using CsCheck;
using Google.Protobuf.Collections;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Programmes;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Programmes;

/// <summary>The laws of three-valued logic (Kleene), over conditions and facts made at random.</summary>
public sealed class ConditionLawTests
{
    private const int Rounds = 2_000;

    private static readonly Gen<Condition> Attribute = Gen.OneOf(
        Gen.Select(
            Gen.OneOf("a", "b"),
            Gen.OneOf("x", "y").Array[1, 2],
            (name, values) =>
                new Condition
                {
                    AttributeOneOf = new AttributeOneOf { Attribute = name, Values = { values } },
                }
        ),
        Gen.Select(
            Gen.OneOf("n", "m"),
            Gen.Long[0, 3],
            (name, minimum) =>
                new Condition
                {
                    AttributeAtLeast = new AttributeAtLeast { Attribute = name, Minimum = minimum },
                }
        )
    );

    private static readonly Gen<Condition> Leaf = Gen.OneOf(
        Attribute,
        Attribute.Select(condition => new Condition { Not = condition }),
        Gen.Int[595, 605].Select(score => new Condition { ScoreAtLeast = score }),
        Gen.Long[1, 5].Select(fen => new Condition { AmountAtMost = Cny.Of(fen) }),
        Gen.Const(() => new Condition { NotCourtListed = true }),
        Gen.Const(() => new Condition { OptedIn = true })
    );

    private static readonly Gen<Condition> Conditions = Tree(3);

    private static readonly Gen<Facts> AnyFacts = Gen.Select(
        Gen.Int[594, 606].Select(score => score == 594 ? (int?)null : score),
        Gen.Bool,
        Gen.Long[0, 6].Select(fen => fen == 0 ? (long?)null : fen),
        Value,
        Value,
        Value,
        Value,
        (score, listed, fen, a, b, n, m) => new Facts(score, listed, fen, Map(("a", a), ("b", b), ("n", n), ("m", m)))
    );

    private static Gen<AttributeValue?> Value =>
        Gen.OneOf(
            Gen.Const((AttributeValue?)null),
            Gen.OneOf("x", "y", "z").Select(text => (AttributeValue?)new AttributeValue { Text = text }),
            Gen.Long[0, 3].Select(number => (AttributeValue?)new AttributeValue { Number = number })
        );

    [Fact]
    public void Compile_AnyCondition_AgreesWithTheSlowReference() =>
        Gen.Select(Conditions, AnyFacts)
            .Sample((condition, facts) => Assert.Equal(Reference(condition, facts), Ask(condition, facts)), iter: Rounds);

    [Fact]
    public void Compile_AnyCondition_GivesReasonsExactlyWhenItDoesNotHold() =>
        Gen.Select(Conditions, AnyFacts)
            .Sample(
                (condition, facts) =>
                {
                    var verdict = ConditionCompiler.Compile(condition)(in facts);
                    Assert.Equal(verdict.Truth == Truth.True, verdict.Reasons.Bits == 0);
                },
                iter: Rounds
            );

    [Fact]
    public void Compile_AnyCondition_HasNoFault() =>
        Conditions.Sample(condition => Assert.Null(ConditionCompiler.FaultOf(condition)), iter: 500);

    [Fact]
    public void MinimumScoreOf_AnyConditionThatHolds_IsReachedByTheScore() =>
        Gen.Select(Conditions, AnyFacts)
            .Sample(
                (condition, facts) =>
                    Assert.True(
                        Ask(condition, facts) != true || (facts.Score ?? int.MaxValue) >= ConditionCompiler.MinimumScoreOf(condition)
                    ),
                iter: Rounds
            );

    [Fact]
    public void Not_OfAll_IsAnyOfNots() =>
        Gen.Select(Attribute, Attribute, AnyFacts)
            .Sample(
                (left, right, facts) => Assert.Equal(!Ask(All(left, right), facts), Ask(Any(Not(left), Not(right)), facts)),
                iter: Rounds
            );

    [Fact]
    public void Not_OfAny_IsAllOfNots() =>
        Gen.Select(Attribute, Attribute, AnyFacts)
            .Sample(
                (left, right, facts) => Assert.Equal(!Ask(Any(left, right), facts), Ask(All(Not(left), Not(right)), facts)),
                iter: Rounds
            );

    [Fact]
    public void AllAndAny_OrderOfParts_DoesNotMatter() =>
        Gen.Select(Conditions, Conditions, AnyFacts)
            .Sample(
                (left, right, facts) =>
                {
                    Assert.Equal(VerdictOf(All(left, right), facts), VerdictOf(All(right, left), facts));
                    Assert.Equal(VerdictOf(Any(left, right), facts), VerdictOf(Any(right, left), facts));
                },
                iter: Rounds
            );

    [Fact]
    public void AllAndAny_OfOneOrTwice_AreTheCondition() =>
        Gen.Select(Conditions, AnyFacts)
            .Sample(
                (condition, facts) =>
                {
                    var verdict = VerdictOf(condition, facts);
                    Assert.Equal(verdict, VerdictOf(All(condition), facts));
                    Assert.Equal(verdict, VerdictOf(Any(condition, condition), facts));
                },
                iter: Rounds
            );

    private static Gen<Condition> Tree(int depth) =>
        depth == 0 ? Leaf : Gen.OneOf(Leaf, Tree(depth - 1).Array[1, 3].Select(All), Tree(depth - 1).Array[1, 3].Select(Any));

    private static bool? Reference(Condition condition, Facts facts) =>
        condition.KindCase switch
        {
            Condition.KindOneofCase.ScoreAtLeast => facts.Score is { } score ? score >= condition.ScoreAtLeast : null,
            Condition.KindOneofCase.NotCourtListed => !facts.CourtListed,
            Condition.KindOneofCase.OptedIn => true,
            Condition.KindOneofCase.AmountAtMost => facts.Amount is null || facts.Amount <= condition.AmountAtMost.MinorUnits,
            Condition.KindOneofCase.AttributeOneOf => Text(facts, condition.AttributeOneOf.Attribute) is { } text
                ? condition.AttributeOneOf.Values.Contains(text)
                : null,
            Condition.KindOneofCase.AttributeAtLeast => Number(facts, condition.AttributeAtLeast.Attribute) is { } number
                ? number >= condition.AttributeAtLeast.Minimum
                : null,
            Condition.KindOneofCase.All => condition
                .All.Conditions.Select(part => Reference(part, facts))
                .Aggregate((bool?)true, (left, right) => left & right),
            Condition.KindOneofCase.Any => condition
                .Any.Conditions.Select(part => Reference(part, facts))
                .Aggregate((bool?)false, (left, right) => left | right),
            _ => !Reference(condition.Not, facts),
        };

    private static string? Text(Facts facts, string name) =>
        facts.Attributes.TryGetValue(name, out var value) && value.HasText ? value.Text : null;

    private static long? Number(Facts facts, string name) =>
        facts.Attributes.TryGetValue(name, out var value) && value.HasNumber ? value.Number : null;

    private static bool? Ask(Condition condition, Facts facts) =>
        VerdictOf(condition, facts).Truth switch
        {
            Truth.True => true,
            Truth.False => false,
            _ => null,
        };

    private static Verdict VerdictOf(Condition condition, Facts facts) => ConditionCompiler.Compile(condition)(in facts);

    private static MapField<string, AttributeValue> Map(params (string Name, AttributeValue? Value)[] attributes)
    {
        var map = new MapField<string, AttributeValue>();
        foreach (var (name, value) in attributes)
        {
            if (value is not null)
            {
                map[name] = value;
            }
        }

        return map;
    }

    private static Condition Not(Condition part) => new() { Not = part };

    private static Condition All(params Condition[] parts) => new() { All = new ConditionList { Conditions = { parts } } };

    private static Condition Any(params Condition[] parts) => new() { Any = new ConditionList { Conditions = { parts } } };
}
