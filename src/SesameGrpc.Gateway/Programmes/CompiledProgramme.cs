using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;

namespace SesameGrpc.Gateway.Programmes;

/// <summary>A programme, compiled once.</summary>
internal sealed class CompiledProgramme(Programme document)
{
    /// <summary>How long a decision counts, also where another version is in force by then.</summary>
    public static readonly TimeSpan DecisionLifetime = TimeSpan.FromMinutes(5);

    public Programme Document { get; } = document;

    public string Id => Document.Programme_;

    public CompiledCondition Condition { get; } = ConditionCompiler.Compile(document.Condition);

    /// <summary>The lowest score that opens the programme; 0 where the score does not count.</summary>
    public int MinimumScore { get; } = ConditionCompiler.MinimumScoreOf(document.Condition);

    /// <summary>Largest amount of one obligation at a score, in minor units; null where the programme has no amount.</summary>
    public long? AmountLimitAt(int score)
    {
        var steps = Document.Terms?.AmountSteps;
        if (steps is not { Count: > 0 })
        {
            return Document.Terms?.AmountLimit?.MinorUnits;
        }

        var reached = 0L;
        foreach (var step in steps)
        {
            reached = score >= step.MinimumScore ? step.AmountLimit.MinorUnits : reached;
        }

        return reached;
    }
}

/// <summary>A programme as one partner's enrolment opens it, compiled once per change of either.</summary>
internal sealed class EnrolledProgramme
{
    private readonly Enrolment enrolment;
    private readonly DailyClock? closing;

    public EnrolledProgramme(CompiledProgramme programme, Enrolment enrolment, IEnumerable<CompiledProgramme>? former = null)
    {
        Programme = programme;
        this.enrolment = enrolment;
        Former = [.. (former ?? []).Select(earlier => new EnrolledProgramme(earlier, enrolment))];
        PolicyVersion = $"{programme.Id}@{programme.Document.Version}.{enrolment.Revision}";
        List<CompiledCondition> conditions = [programme.Condition];
        if (enrolment.MinimumScore > 0)
        {
            conditions.Add(ConditionCompiler.ScoreAtLeast(enrolment.MinimumScore));
        }

        if (enrolment.Condition is not null)
        {
            conditions.Add(ConditionCompiler.Compile(enrolment.Condition));
        }

        AsksForAmount =
            ConditionCompiler.AsksForAmount(programme.Document.Condition)
            || (enrolment.Condition is not null && ConditionCompiler.AsksForAmount(enrolment.Condition));
        Condition = conditions.Count == 1 ? programme.Condition : ConditionCompiler.All([.. conditions]);
        closing = (enrolment.DailyClose ?? programme.Document.Terms?.DailyClose) is { } daily ? new DailyClock(daily) : null;
    }

    public CompiledProgramme Programme { get; }

    public CompiledCondition Condition { get; }

    public string PolicyVersion { get; }

    /// <summary>The same under versions of the programme that were in force until a moment ago, newest first.</summary>
    public IReadOnlyList<EnrolledProgramme> Former { get; }

    public int MinimumScore => Math.Max(Programme.MinimumScore, enrolment.MinimumScore);

    /// <summary>Largest amount of one obligation, whatever the score, in minor units; null where there is no amount.</summary>
    public long? AmountLimit =>
        Programme.Document.Terms?.AmountLimit?.MinorUnits is { } limit ? Math.Min(limit, enrolment.AmountLimit?.MinorUnits ?? limit) : null;

    public TimeSpan? LongestPeriod => Programme.Document.Terms?.LongestPeriod?.ToTimeSpan();

    /// <summary>When what is granted now must be back, or closes by itself; null where there is no such time.</summary>
    public long? DueMicros(long nowMicros) =>
        closing?.NextAfter(nowMicros) ?? (LongestPeriod is { } period ? nowMicros + (long)period.TotalMicroseconds : null);

    /// <summary>Largest number of things lent at once; 0 where neither states one.</summary>
    public int ItemLimit =>
        (Programme.Document.Terms?.ItemLimit ?? 0, enrolment.ItemLimit) switch
        {
            (0, var narrower) => narrower,
            (var limit, 0) => limit,
            var (limit, narrower) => Math.Min(limit, narrower),
        };

    /// <summary>Whether a decision depends on the amount of the order.</summary>
    public bool AsksForAmount { get; }

    public IEnumerable<string> Attributes =>
        ConditionCompiler
            .AttributesOf(Programme.Document.Condition)
            .Concat(enrolment.Condition is null ? [] : ConditionCompiler.AttributesOf(enrolment.Condition))
            .Distinct()
            .Order(StringComparer.Ordinal);

    public long? AmountLimitAt(int score) => Programme.AmountLimitAt(score) is { } limit ? Math.Min(limit, AmountLimit ?? limit) : null;

    /// <summary>What the partner is told about the programme.</summary>
    public PartnerProgramme Describe() =>
        new()
        {
            Programme = Programme.Id,
            DisplayNameEn = Programme.Document.DisplayNameEn,
            DisplayNameZh = Programme.Document.DisplayNameZh,
            PolicyVersion = PolicyVersion,
            MinimumScore = MinimumScore,
            AmountLimit = AmountLimit is { } limit ? Cny.Of(limit) : null,
            LongestPeriod = Programme.Document.Terms?.LongestPeriod,
            ItemLimit = ItemLimit,
            Attributes = { Attributes },
        };
}
