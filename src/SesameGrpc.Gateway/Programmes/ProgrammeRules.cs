using System.Text.RegularExpressions;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Amounts;

namespace SesameGrpc.Gateway.Programmes;

/// <summary>What a programme catalogue may say. Pure.</summary>
internal static partial class ProgrammeRules
{
    private const int LowestScore = 350;
    private const long LongestPeriodSeconds = 10L * 366 * 86_400;
    private const long LongestPaymentPeriodSeconds = 366 * 86_400;
    private const long LongestSettlementPeriodSeconds = 31 * 86_400;
    private const int MostNameCharacters = 100;
    private const string LimitRule = "must have a CNY open_amount above 0 or none, and an open_count of 0 or more";
    private static readonly string NameRule = $"must be 1 to {MostNameCharacters} characters";

    /// <summary>The first thing that is wrong, as "place: rule"; null when nothing is.</summary>
    public static string? FaultOf(ProgrammeCatalogue catalogue)
    {
        var twice = catalogue.Programmes.GroupBy(programme => programme.Programme_).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            return $"programme {twice.Key}: stands there twice";
        }

        foreach (var programme in catalogue.Programmes)
        {
            foreach (var (field, rule) in FaultsOf(programme))
            {
                return $"programme {programme.Programme_}: {field} {rule}";
            }
        }

        return FaultOf(catalogue.OverallLimits);
    }

    /// <summary>Whether a text has the form of a programme's id.</summary>
    public static bool IsId(string id) => id.Length <= 64 && IdPattern().IsMatch(id);

    /// <summary>Everything that is wrong with a programme: the field and the rule that it breaks.</summary>
    public static IEnumerable<(string Field, string Rule)> FaultsOf(Programme programme)
    {
        var (id, condition, terms) = (programme.Programme_, programme.Condition, programme.Terms);
        var faults = new FieldFaults()
            .Unless(IsId(id), "programme", "must be lower-case words joined by underscores with one dot, at most 64 characters")
            .Unless(programme.Version >= 1, "version", "must be 1 or more")
            .Unless(programme.Kind != ProgrammeKind.Unspecified && Enum.IsDefined(programme.Kind), "kind", "must be one of the kinds")
            .Unless(IsName(programme.DisplayNameEn), "display_name_en", NameRule)
            .Unless(IsName(programme.DisplayNameZh), "display_name_zh", NameRule)
            .Unless(condition is not null, "condition", "must be set")
            .Unless(
                programme.Kind is not (ProgrammeKind.DepositWaiver or ProgrammeKind.DeferredPayment or ProgrammeKind.CreditLine)
                    || terms?.AmountLimit is not null,
                "terms.amount_limit",
                "must be set where deposits are waived, payment is deferred or credit is given"
            )
            .Unless(IsLimit(programme.ProgrammeLimit), "programme_limit", LimitRule)
            .Unless(IsLimit(programme.PartnerLimit), "partner_limit", LimitRule);
        AddVisitFaults(faults, programme.Kind == ProgrammeKind.DeferredPayment, terms);
        if (terms is not null)
        {
            AddFaults(faults, terms);
        }

        var fault = condition is null ? null : ConditionCompiler.FaultOf(condition);
        faults.Unless(fault is null, "condition", fault ?? "");

        // Else a person below the first step would be eligible for an amount of nothing.
        var hasGap =
            condition is not null
            && fault is null
            && terms is { AmountSteps: [var first, ..] }
            && first.MinimumScore > Math.Max(LowestScore, ConditionCompiler.MinimumScoreOf(condition));
        return faults.Unless(!hasGap, "terms.amount_steps", "must begin at the lowest score that opens the programme").Found;
    }

    private static void AddFaults(FieldFaults faults, ProgrammeTerms terms)
    {
        var steps = terms.AmountSteps;
        var stepsRise =
            steps.All(step => Cny.IsAmount(step.AmountLimit) && step.MinimumScore is >= 350 and <= 950)
            && steps.Zip(steps.Skip(1)).All(pair => pair.First.MinimumScore < pair.Second.MinimumScore);
        faults
            .Unless(terms.AmountLimit is null || Cny.IsAmount(terms.AmountLimit), "terms.amount_limit", "must be CNY above 0")
            .Unless(
                stepsRise && (steps.Count == 0 || steps.Max(step => step.AmountLimit.MinorUnits) <= (terms.AmountLimit?.MinorUnits ?? 0)),
                "terms.amount_steps",
                "must rise by minimum_score and stay within amount_limit"
            )
            .Unless(
                terms.LongestPeriod is not { Seconds: <= 0 or > LongestPeriodSeconds },
                "terms.longest_period",
                "must be above 0 and at most ten years"
            )
            .Unless(
                terms.PaymentPeriod is not { Seconds: <= 0 or > LongestPaymentPeriodSeconds },
                "terms.payment_period",
                "must be above 0 and at most a year"
            )
            .Unless(terms.ItemLimit >= 0, "terms.item_limit", "must not be negative");
    }

    // What visits need, and nothing else may have.
    private static void AddVisitFaults(FieldFaults faults, bool areVisits, ProgrammeTerms? terms)
    {
        var (closing, settlement) = (terms?.DailyClose, terms?.SettlementPeriod);
        var fault = closing is null ? null : DailyClock.FaultOf(closing);
        faults
            .Unless(areVisits || closing is null, "terms.daily_close", "must be absent unless payment is deferred")
            .Unless(areVisits || settlement is null, "terms.settlement_period", "must be absent unless payment is deferred")
            .Unless(!areVisits || closing is not null, "terms.daily_close", "must be set where payment is deferred")
            .Unless(
                !areVisits || terms?.LongestPeriod is null,
                "terms.longest_period",
                "must be absent where payment is deferred: daily_close stands for it"
            )
            .Unless(!areVisits || fault is null, "terms.daily_close", fault ?? "")
            .Unless(
                settlement is not { Seconds: <= 0 or > LongestSettlementPeriodSeconds },
                "terms.settlement_period",
                "must be above 0 and at most 31 days"
            );
    }

    private static string? FaultOf(OverallLimits? limits)
    {
        if (limits is not { OpenCount: >= 1 and <= 100 })
        {
            return "overall_limits.open_count must be 1 to 100";
        }

        var bands = limits.QuotaBands;
        return
            bands.Count == 12
            && bands.Select((band, index) => band.MinimumScore == 350 + (50 * index) && Cny.IsAmount(band.AmountLimit)).All(holds => holds)
            ? null
            : "overall_limits.quota_bands must be the twelve steps 350, 400 ... 900, each with a CNY amount above 0";
    }

    private static bool IsName(string name) => name.Length is > 0 and <= MostNameCharacters;

    private static bool IsLimit(ExposureLimit? limit) =>
        limit is null || (limit.OpenCount >= 0 && (limit.OpenAmount is null || Cny.IsAmount(limit.OpenAmount)));

    [GeneratedRegex("^[a-z]+(_[a-z]+)*\\.[a-z]+(_[a-z]+)*\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex IdPattern();

    private sealed class FieldFaults
    {
        public List<(string Field, string Rule)> Found { get; } = [];

        public FieldFaults Unless(bool holds, string field, string rule)
        {
            if (!holds)
            {
                Found.Add((field, rule));
            }

            return this;
        }
    }
}
