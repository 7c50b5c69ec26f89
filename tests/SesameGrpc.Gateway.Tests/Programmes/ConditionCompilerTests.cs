using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Programmes;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Programmes;

public sealed class ConditionCompilerTests
{
    private const string AttributeRule = "attribute_one_of must name an attribute (1 to 64 of a-z 0-9 _) and 1 to 32 values";
    private const string NumberRule = "attribute_at_least must name an attribute (1 to 64 of a-z 0-9 _)";

    [Theory]
    [InlineData(null, nameof(Truth.Unknown))]
    [InlineData(649, nameof(Truth.False))]
    [InlineData(650, nameof(Truth.True))]
    [InlineData(651, nameof(Truth.True))]
    public void Compile_ScoreAtLeast_IsInclusive(int? score, string truth) =>
        Assert.Equal(truth, TruthOf(new Condition { ScoreAtLeast = 650 }, new Facts(score, false, null, Samples.Attributes())));

    [Theory]
    [InlineData(null, nameof(Truth.True))]
    [InlineData(100L, nameof(Truth.True))]
    [InlineData(101L, nameof(Truth.False))]
    [InlineData(long.MaxValue, nameof(Truth.False))]
    public void Compile_AmountAtMost_HoldsForNoAmount(long? amount, string truth) =>
        Assert.Equal(truth, TruthOf(new Condition { AmountAtMost = Cny.Of(100) }, new Facts(600, false, amount, Samples.Attributes())));

    [Theory]
    [InlineData(9, nameof(Truth.False))]
    [InlineData(10, nameof(Truth.True))]
    [InlineData("10", nameof(Truth.Unknown))]
    [InlineData(null, nameof(Truth.Unknown))]
    public void Compile_AttributeAtLeast_AsksForANumber(object? value, string truth)
    {
        var condition = new Condition
        {
            AttributeAtLeast = new AttributeAtLeast { Attribute = "age", Minimum = 10 },
        };
        var attributes = value is null ? Samples.Attributes() : Samples.Attributes(("age", value));

        Assert.Equal(truth, TruthOf(condition, new Facts(600, false, null, attributes)));
        Assert.Equal(Negated(truth), TruthOf(new Condition { Not = condition }, new Facts(600, false, null, attributes)));
    }

    [Fact]
    public void Compile_AttributeWithoutAValue_IsUnknown()
    {
        var attributes = Samples.Attributes();
        attributes["colour"] = new AttributeValue();

        Assert.Equal(nameof(Truth.Unknown), TruthOf(OneOf("colour", "red"), new Facts(600, false, null, attributes)));
    }

    [Fact]
    public void Compile_OptedIn_Holds() =>
        Assert.Equal(nameof(Truth.True), TruthOf(new Condition { OptedIn = true }, new Facts(null, true, null, Samples.Attributes())));

    [Fact]
    public void Compile_NoKind_Throws() => Assert.Throws<ArgumentException>(() => ConditionCompiler.Compile(new Condition()));

    [Fact]
    public void All_OneFalseAndOneUnknown_GivesTheReasonsOfTheFalseOnly()
    {
        var condition = All(new Condition { ScoreAtLeast = 700 }, OneOf("colour", "red"));
        var verdict = ConditionCompiler.Compile(condition)(new Facts(600, false, null, Samples.Attributes()));

        Assert.Equal(new Verdict(Truth.False, ReasonSet.Of(DecisionReason.ScoreTooLow)), verdict);
    }

    [Fact]
    public void Any_OneFalseAndOneUnknown_IsUnknownWithBothReasons()
    {
        var condition = Any(new Condition { ScoreAtLeast = 700 }, OneOf("colour", "red"));
        var verdict = ConditionCompiler.Compile(condition)(new Facts(600, false, null, Samples.Attributes()));

        Assert.Equal(
            new Verdict(Truth.Unknown, ReasonSet.Of(DecisionReason.ScoreTooLow) | ReasonSet.Of(DecisionReason.AttributeMissing)),
            verdict
        );
    }

    [Fact]
    public void Any_OneTrue_HasNoReasons()
    {
        var condition = Any(new Condition { ScoreAtLeast = 700 }, OneOf("colour", "red"));

        Assert.Equal(Verdict.Holds, ConditionCompiler.Compile(condition)(new Facts(700, false, null, Samples.Attributes())));
    }

    [Fact]
    public void MinimumScoreOf_Tree_IsWhatEveryPathAsksFor()
    {
        Assert.Equal(
            700,
            ConditionCompiler.MinimumScoreOf(All(new Condition { ScoreAtLeast = 650 }, new Condition { ScoreAtLeast = 700 }))
        );
        Assert.Equal(
            650,
            ConditionCompiler.MinimumScoreOf(Any(new Condition { ScoreAtLeast = 650 }, new Condition { ScoreAtLeast = 700 }))
        );
        Assert.Equal(0, ConditionCompiler.MinimumScoreOf(Any(new Condition { ScoreAtLeast = 650 }, OneOf("colour", "red"))));
        Assert.Equal(0, ConditionCompiler.MinimumScoreOf(new Condition { Not = OneOf("colour", "red") }));
    }

    [Fact]
    public void AttributesOf_Tree_FindsThemAtAnyDepth() =>
        Assert.Equal(
            ["colour", "size", "age"],
            ConditionCompiler.AttributesOf(
                All(
                    OneOf("colour", "red"),
                    Any(
                        new Condition { Not = OneOf("size", "s") },
                        new Condition { AttributeAtLeast = new AttributeAtLeast { Attribute = "age" } }
                    ),
                    new Condition { OptedIn = true }
                )
            )
        );

    [Fact]
    public void AsksForAmount_Tree_IsAnAmountAnywhereInIt()
    {
        var (amount, score) = (new Condition { AmountAtMost = Cny.Of(1) }, new Condition { ScoreAtLeast = 600 });

        Assert.True(ConditionCompiler.AsksForAmount(amount));
        Assert.True(ConditionCompiler.AsksForAmount(All(score, amount)));
        Assert.True(ConditionCompiler.AsksForAmount(Any(score, All(amount, score))));
        Assert.False(ConditionCompiler.AsksForAmount(score));
        Assert.False(ConditionCompiler.AsksForAmount(All(score, Any(score))));
        Assert.False(ConditionCompiler.AsksForAmount(new Condition { Not = OneOf("colour", "red") }));
    }

    [Fact]
    public void Compile_NoKind_SaysWhatACompiledConditionNeeds() =>
        Assert.StartsWith(
            "A condition must set exactly one kind.",
            Assert.Throws<ArgumentException>(() => ConditionCompiler.Compile(new Condition())).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void FaultOf_EachGoodKind_IsNull()
    {
        Condition[] good =
        [
            new() { ScoreAtLeast = 350 },
            new() { ScoreAtLeast = 950 },
            new() { NotCourtListed = true },
            new() { OptedIn = true },
            new() { AmountAtMost = Cny.Of(1) },
            OneOf(new string('a', 64), [.. Enumerable.Range(0, 32).Select(number => $"v{number}")]),
            OneOf("a_9", "x"),
            new() { Not = OneOf("a", "x") },
            new() { Not = new Condition { AttributeAtLeast = new AttributeAtLeast { Attribute = "a" } } },
            All([.. Enumerable.Repeat(new Condition { OptedIn = true }, 16)]),
            Any(new Condition { OptedIn = true }),
            Nested(8),
        ];

        Assert.All(good, condition => Assert.Null(ConditionCompiler.FaultOf(condition)));
    }

    [Fact]
    public void FaultOf_EachBadKind_SaysWhat()
    {
        Assert.Multiple(
            () => AssertFault("must set exactly one kind", new Condition()),
            () => AssertFault("score_at_least must be 350 to 950", new Condition { ScoreAtLeast = 349 }),
            () => AssertFault("score_at_least must be 350 to 950", new Condition { ScoreAtLeast = 951 }),
            () => AssertFault("not_court_listed must be true", new Condition { NotCourtListed = false }),
            () => AssertFault("opted_in must be true", new Condition { OptedIn = false }),
            () => AssertFault(AttributeRule, OneOf("", "x")),
            () => AssertFault(AttributeRule, OneOf("Colour", "x")),
            () => AssertFault(AttributeRule, OneOf("col-our", "x")),
            () => AssertFault(AttributeRule, OneOf("farbe\u00df", "x")),
            () => AssertFault(AttributeRule, OneOf(new string('a', 65), "x")),
            () => AssertFault(AttributeRule, OneOf("colour")),
            () => AssertFault(AttributeRule, OneOf("colour", [.. Enumerable.Range(0, 33).Select(number => $"v{number}")])),
            () => AssertFault(NumberRule, new Condition { AttributeAtLeast = new AttributeAtLeast { Attribute = "a b" } }),
            () => AssertFault("amount_at_most must be CNY above 0", new Condition { AmountAtMost = Cny.Of(0) }),
            () => AssertFault("amount_at_most must be CNY above 0", new Condition { AmountAtMost = Cny.Of(-1) }),
            () =>
                AssertFault(
                    "amount_at_most must be CNY above 0",
                    new Condition
                    {
                        AmountAtMost = new Money { CurrencyCode = "USD", MinorUnits = 1 },
                    }
                ),
            () => AssertFault("a list must have 1 to 16 conditions", All()),
            () => AssertFault("a list must have 1 to 16 conditions", Any()),
            () => AssertFault("a list must have 1 to 16 conditions", Any([.. Enumerable.Repeat(new Condition { OptedIn = true }, 17)])),
            () =>
                AssertFault(
                    "not may negate a condition on an attribute only",
                    new Condition { Not = new Condition { ScoreAtLeast = 600 } }
                ),
            () => AssertFault("not may negate a condition on an attribute only", new Condition { Not = new Condition() }),
            () =>
                AssertFault(
                    "not may negate a condition on an attribute only",
                    new Condition { Not = new Condition { Not = OneOf("a", "x") } }
                ),
            () => AssertFault(AttributeRule, new Condition { Not = OneOf("a") }),
            () =>
                AssertFault(
                    "score_at_least must be 350 to 950",
                    All(new Condition { OptedIn = true }, Any(new Condition { ScoreAtLeast = 0 }))
                ),
            () => AssertFault("is nested more than 8 deep", Nested(9)),
            () => AssertFault("is nested more than 8 deep", Nested(8, new Condition { Not = OneOf("a", "x") }))
        );
    }

    private static void AssertFault(string fault, Condition condition) => Assert.Equal(fault, ConditionCompiler.FaultOf(condition));

    private static string TruthOf(Condition condition, Facts facts) => ConditionCompiler.Compile(condition)(in facts).Truth.ToString();

    private static string Negated(string truth) =>
        truth switch
        {
            nameof(Truth.True) => nameof(Truth.False),
            nameof(Truth.False) => nameof(Truth.True),
            _ => truth,
        };

    // A condition with this many levels, the leaf counted.
    private static Condition Nested(int depth, Condition? leaf = null) =>
        depth == 1 ? leaf ?? new Condition { OptedIn = true } : All(Nested(depth - 1, leaf));

    private static Condition OneOf(string attribute, params string[] values) =>
        new()
        {
            AttributeOneOf = new AttributeOneOf { Attribute = attribute, Values = { values } },
        };

    private static Condition All(params Condition[] parts) => new() { All = new ConditionList { Conditions = { parts } } };

    private static Condition Any(params Condition[] parts) => new() { Any = new ConditionList { Conditions = { parts } } };
}
