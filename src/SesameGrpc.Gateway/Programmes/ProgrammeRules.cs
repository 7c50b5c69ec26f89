using System.Text.RegularExpressions;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Programmes;

/// <summary>What a programme catalogue may say. Pure.</summary>
internal static partial class ProgrammeRules
{
    private const int LowestScore = 350;
    private const long LongestPeriodSeconds = 10L * 366 * 86_400;
    private const long LongestPaymentPeriodSeconds = 366 * 86_400;
    private const long LongestSettlementPeriodSeconds = 31 * 86_400;

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
            if (FaultOf(programme) is { } fault)
            {
                return $"programme {programme.Programme_}: {fault}";
            }
        }

        return FaultOf(catalogue.OverallLimits);
    }

    private static string? FaultOf(Programme programme)
    {
        if (programme.Programme_.Length > 64 || !IdPattern().IsMatch(programme.Programme_))
        {
            return "its id must be lower-case words joined by underscores with one dot, at most 64 characters";
        }

        if (
            programme.Version < 1
            || programme.Kind == ProgrammeKind.Unspecified
            || programme.DisplayNameEn.Length == 0
            || programme.DisplayNameZh.Length == 0
        )
        {
            return "version, kind, display_name_en and display_name_zh must be set";
        }

        if (programme.Condition is null)
        {
            return "condition must be set";
        }

        if (
            programme.Kind is ProgrammeKind.DepositWaiver or ProgrammeKind.DeferredPayment or ProgrammeKind.CreditLine
            && programme.Terms?.AmountLimit is null
        )
        {
            return "terms.amount_limit must be set where deposits are waived, payment is deferred or credit is given";
        }

        if (FaultOfVisits(programme) is { } visits)
        {
            return visits;
        }

        if (!IsLimit(programme.ProgrammeLimit) || !IsLimit(programme.PartnerLimit))
        {
            return "programme_limit and partner_limit must have a CNY open_amount above 0 or none, and an open_count of 0 or more";
        }

        if (ConditionCompiler.FaultOf(programme.Condition) is { } fault)
        {
            return $"condition: {fault}";
        }

        // Else a person below the first step would be eligible for an amount of nothing.
        var lowest = Math.Max(LowestScore, ConditionCompiler.MinimumScoreOf(programme.Condition));
        var hasGap = programme.Terms is { AmountSteps: [var first, ..] } && first.MinimumScore > lowest;
        return FaultOf(programme.Terms) ?? (hasGap ? "terms.amount_steps must begin at the lowest score that opens the programme" : null);
    }

    private static string? FaultOfVisits(Programme programme)
    {
        var (closing, settlement) = (programme.Terms?.DailyClose, programme.Terms?.SettlementPeriod);
        if (programme.Kind != ProgrammeKind.DeferredPayment)
        {
            return closing is null && settlement is null
                ? null
                : "terms.daily_close and terms.settlement_period must be absent unless payment is deferred";
        }

        return programme.Terms?.LongestPeriod is not null
                ? "terms.longest_period must be absent where payment is deferred: daily_close stands for it"
            : closing is null ? "terms.daily_close must be set where payment is deferred"
            : settlement is { Seconds: <= 0 or > LongestSettlementPeriodSeconds }
                ? "terms.settlement_period must be above 0 and at most 31 days"
            : DailyClock.FaultOf(closing) is { } fault ? $"terms.daily_close: {fault}"
            : null;
    }

    private static string? FaultOf(ProgrammeTerms? terms)
    {
        if (terms is null)
        {
            return null;
        }

        if (terms.AmountLimit is not null && !IsAmount(terms.AmountLimit))
        {
            return "terms.amount_limit must be CNY above 0";
        }

        var steps = terms.AmountSteps;
        var stepsRise =
            steps.All(step => IsAmount(step.AmountLimit) && step.MinimumScore is >= 350 and <= 950)
            && steps.Zip(steps.Skip(1)).All(pair => pair.First.MinimumScore < pair.Second.MinimumScore);
        if (!stepsRise || (steps.Count > 0 && steps.Max(step => step.AmountLimit.MinorUnits) > (terms.AmountLimit?.MinorUnits ?? 0)))
        {
            return "terms.amount_steps must rise by minimum_score and stay within amount_limit";
        }

        return terms.LongestPeriod is { Seconds: <= 0 or > LongestPeriodSeconds }
                ? "terms.longest_period must be above 0 and at most ten years"
            : terms.PaymentPeriod is { Seconds: <= 0 or > LongestPaymentPeriodSeconds }
                ? "terms.payment_period must be above 0 and at most a year"
            : terms.ItemLimit < 0 ? "terms.item_limit must not be negative"
            : null;
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
            && bands.Select((band, index) => band.MinimumScore == 350 + (50 * index) && IsAmount(band.AmountLimit)).All(holds => holds)
            ? null
            : "overall_limits.quota_bands must be the twelve steps 350, 400 ... 900, each with a CNY amount above 0";
    }

    private static bool IsAmount(Money? money) => money is { CurrencyCode: Cny.Code, MinorUnits: > 0 and <= Cny.Largest };

    private static bool IsLimit(ExposureLimit? limit) =>
        limit is null || (limit.OpenCount >= 0 && (limit.OpenAmount is null || IsAmount(limit.OpenAmount)));

    [GeneratedRegex("^[a-z]+(_[a-z]+)*\\.[a-z]+(_[a-z]+)*\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex IdPattern();
}
