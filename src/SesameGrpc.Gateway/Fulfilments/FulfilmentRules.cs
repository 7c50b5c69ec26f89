using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using Consent = SesameGrpc.Gateway.Consents.Consent;
using Obligation = SesameGrpc.Gateway.Ledger.Obligation;
using ObligationState = SesameGrpc.Gateway.Ledger.ObligationState;
using Programme = SesameGrpc.Contracts.Operator.V1.Programme;

namespace SesameGrpc.Gateway.Fulfilments;

/// <summary>What may be reported of how a person kept an agreement, and on what it rests. Pure.</summary>
internal static class FulfilmentRules
{
    /// <summary>Most versions that are shown of one report.</summary>
    public const int MostVersions = 100;

    /// <summary>Nobody escapes a report by withdrawing, and nobody is reported on for ever: so long after the consent has ended and the agreement was due.</summary>
    public static readonly TimeSpan TimeToReport = TimeSpan.FromDays(90);

    private const long MostOutstandingFen = 10_000_000_000_000;

    // What happens at a hospital stays there, whoever is enrolled in its programmes.
    private const string HospitalProgrammes = "hospital.";

    // 2000 and 2100.
    private const long EarliestSecond = 946_684_800;
    private const long LatestSecond = 4_102_444_800;

    /// <summary>Whether what persons have by a programme is an agreement that others may be told of.</summary>
    public static bool CanBeReported(Programme programme) =>
        programme.Kind is ProgrammeKind.DepositWaiver or ProgrammeKind.TryFirst or ProgrammeKind.CreditLine or ProgrammeKind.Privilege
        && !programme.Programme_.StartsWith(HospitalProgrammes, StringComparison.Ordinal);

    /// <summary>The consent that a report rests on: the agreement began before it ended, and it is not too late. Null: there is none.</summary>
    public static Consent? BasisOf(IEnumerable<Consent> consents, string programme, long beganMicros, long dueMicros, long nowMicros) =>
        consents
            .Where(consent =>
                consent.Scopes.Contains(PartnerScopes.FulfilmentWrite)
                && (consent.Programmes.Contains(programme) || consent.Programmes.Contains(Consent.AnyProgramme))
                && consent.GrantedMicros <= beganMicros
                && beganMicros < EndOf(consent)
                && nowMicros <= Math.Max(EndOf(consent), dueMicros) + TimeToReport.ToMicros()
            )
            .MaxBy(consent => consent.GrantedMicros);

    /// <summary>Whether a time is one that can be meant.</summary>
    public static bool IsTime(Timestamp? time) =>
        time is { Seconds: >= EarliestSecond and < LatestSecond, Nanos: >= 0 and < 1_000_000_000 };

    /// <summary>Whether a time can be meant, and has passed.</summary>
    public static bool IsPast(Timestamp? time, long nowMicros) => IsTime(time) && time!.ToMicros() <= nowMicros;

    /// <summary>What is wrong with a statement by itself, by the name of its part.</summary>
    public static IEnumerable<KeyValuePair<string, string>> FaultsOf(FulfilmentStatement? said, long nowMicros)
    {
        if (said is null || !IsStated(said.Outcome) || !IsTime(said.DueTime))
        {
            yield return new("statement", "must have an outcome, and a due_time between 2000 and 2100");
            yield break;
        }

        if (!IsStated(said.Kind))
        {
            yield return new("statement.kind", "must be one of RETURN, PAYMENT, ATTENDANCE, OTHER");
        }

        if (FaultOfTimes(said, nowMicros) is { } fault)
        {
            yield return fault;
            yield break;
        }

        var mostDays =
            said.Outcome == FulfilmentOutcome.Kept ? 0 : DaysBegun(said.DueTime.ToMicros(), said.EndTime?.ToMicros() ?? nowMicros);
        if (said.DaysLate > mostDays || said.DaysLate < Math.Min(1, mostDays))
        {
            yield return new(
                "statement.days_late",
                mostDays == 0 ? "must be 0 with KEPT" : $"must be 1 to {mostDays}, the days begun since due_time"
            );
        }

        if (said.OutstandingAmount is { } amount && !IsOutstanding(said.Outcome, amount))
        {
            yield return new("statement.outstanding_amount", $"must be 1 to {MostOutstandingFen} fen of CNY, and only with DEFAULTED");
        }
    }

    /// <summary>What the ledger says against an outcome, by the names of both; nothing: they fit.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> FaultsOf(Obligation obligation, bool wasOverdue, FulfilmentOutcome outcome)
    {
        var fitting = OutcomesOf(obligation.State, wasOverdue, obligation.DueMicros is not null);
        if (fitting.Contains(outcome))
        {
            return [];
        }

        var known = $"{ContractName.Of(obligation.State)}{(wasOverdue ? ", and was overdue" : "")}";
        return
        [
            new(
                "statement.outcome",
                fitting.Count == 0
                    ? "cannot be stated yet, or at all"
                    : $"must be {string.Join(" or ", fitting.Select(fit => ContractName.Of(fit)))}"
            ),
            new("deposit_waiver_id", $"names a waiver that the ledger says is {known}"),
        ];
    }

    /// <summary>When what is adverse in a report ended; null: nothing ever was, or it lasts.</summary>
    public static long? AdverseEndOf(bool wasAdverse, ReportVersion last) =>
        !wasAdverse && last.Outcome == FulfilmentOutcome.Kept ? null
        : last.IsRetracted ? last.RecordedMicros
        : last.EndMicros;

    private static long EndOf(Consent consent) => Math.Min(consent.EndedMicros ?? long.MaxValue, consent.ExpireMicros);

    private static KeyValuePair<string, string>? FaultOfTimes(FulfilmentStatement said, long nowMicros)
    {
        var due = said.DueTime.ToMicros();
        if (said.EndTime is { } stated && !IsPast(stated, nowMicros))
        {
            return new("statement.end_time", "must not be in the future, nor before 2000");
        }

        return (said.Outcome, said.EndTime?.ToMicros()) switch
        {
            (FulfilmentOutcome.Kept, { } end) when end <= due => null,
            (FulfilmentOutcome.Kept, _) => new("statement.end_time", "must be stated, and not after due_time, with KEPT"),
            (FulfilmentOutcome.Late, { } end) when end > due => null,
            (FulfilmentOutcome.Late, _) => new("statement.end_time", "must be stated, and after due_time, with LATE"),
            (_, null) when due >= nowMicros => new("statement.due_time", "must have passed with DEFAULTED"),
            (_, { } end) when end <= due => new("statement.end_time", "must be after due_time with DEFAULTED"),
            _ => null,
        };
    }

    private static bool IsOutstanding(FulfilmentOutcome outcome, Money amount) =>
        outcome == FulfilmentOutcome.Defaulted && amount is { CurrencyCode: Cny.Code, MinorUnits: >= 1 and <= MostOutstandingFen };

    private static bool IsStated<T>(T value)
        where T : struct, System.Enum => System.Enum.IsDefined(value) && !value.Equals(default(T));

    private static long DaysBegun(long fromMicros, long untilMicros) =>
        (untilMicros - fromMicros + TimeSpan.FromDays(1).ToMicros() - 1) / TimeSpan.FromDays(1).ToMicros();

    // What time does to a waiver it does by its due time; of one without, the partner knows more than the ledger.
    private static IReadOnlyList<FulfilmentOutcome> OutcomesOf(ObligationState state, bool wasOverdue, bool hasDueTime) =>
        state switch
        {
            ObligationState.Overdue or ObligationState.WrittenOff => [FulfilmentOutcome.Defaulted],
            ObligationState.Released or ObligationState.Settled or ObligationState.Cleared => wasOverdue
                ? [FulfilmentOutcome.Late, FulfilmentOutcome.Defaulted]
            : hasDueTime ? [FulfilmentOutcome.Kept]
            : [FulfilmentOutcome.Kept, FulfilmentOutcome.Late],
            _ => [],
        };
}
