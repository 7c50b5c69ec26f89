using System.Text.RegularExpressions;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Soak.Ledger;

/// <summary>What partners do with a waiver, as the contract describes it.</summary>
internal static partial class LedgerModelChanges
{
    private const long UsualPaymentDays = 7;
    private const long CollectAfterMicros = 60_000_000;

    /// <summary>Changes the waiver, or says why not.</summary>
    public static string? Apply(ModelWaiver waiver, LedgerCall call, long nowMicros)
    {
        var action = call.Request switch
        {
            ExtendDepositWaiverRequest => DepositWaiverAction.Extend,
            CompleteDepositWaiverRequest => DepositWaiverAction.Complete,
            CancelDepositWaiverRequest => DepositWaiverAction.Cancel,
            CorrectDepositWaiverChargeRequest => DepositWaiverAction.CorrectCharge,
            _ => DepositWaiverAction.ReportPayment,
        };
        if (!waiver.Allowed.Contains(action) || (call.ExpectedRevision != 0 && call.ExpectedRevision != waiver.Revision))
        {
            return Conflict(waiver, action);
        }

        return call.Request switch
        {
            ExtendDepositWaiverRequest extend => Extend(waiver, extend, nowMicros),
            CompleteDepositWaiverRequest complete => Complete(waiver, complete.Charge, nowMicros),
            CancelDepositWaiverRequest => Cancel(waiver, nowMicros),
            CorrectDepositWaiverChargeRequest correct => Correct(waiver, correct.Charge, nowMicros),
            ReportDepositWaiverPaymentRequest report => Report(waiver, report.Amount.MinorUnits, nowMicros),
            _ => throw new InvalidOperationException($"{call} changes no waiver."),
        };
    }

    /// <summary>The refusal of what this state does not allow.</summary>
    public static string ConflictOf(DepositWaiver waiver) =>
        LedgerModelRules.Refusal(
            "STATE_CONFLICT",
            ("state", Words(waiver.State.ToString())),
            ("allowed_actions", string.Join(',', waiver.AllowedActions.Select(allowed => Words(allowed.ToString())))),
            ("revision", $"{waiver.Revision}")
        );

    private static string Conflict(ModelWaiver waiver, DepositWaiverAction action) =>
        action == DepositWaiverAction.ReportPayment && waiver.State == DepositWaiverState.Settled
            ? LedgerModelRules.Refusal(
                "ALREADY_SETTLED",
                ("settled_by", waiver.SettledBy.ToString().ToUpperInvariant()),
                ("settle_time", ModelWaiver.TimeOf(waiver.EndedMicros)!.ToString().Trim('"'))
            )
            : ConflictOf(waiver.ToMessage());

    private static string? Extend(ModelWaiver waiver, ExtendDepositWaiverRequest request, long nowMicros)
    {
        var due = (request.DueTime.ToDateTimeOffset() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        if (due <= waiver.DueMicros || due > nowMicros + (long)LedgerPolicy.Find(waiver.Programme).LongestPeriod!.Value.TotalMicroseconds)
        {
            return LedgerModelRules.Field("due_time");
        }

        waiver.DueMicros = due;
        return null;
    }

    private static string? Complete(ModelWaiver waiver, Charge? charge, long nowMicros)
    {
        var total = charge?.TotalAmount.MinorUnits ?? 0;
        if (total > waiver.HeldFen)
        {
            return LedgerModelRules.Field("charge.total_amount");
        }

        waiver.CompletedMicros = nowMicros;
        if (total == 0)
        {
            waiver.End(DepositWaiverState.Released, nowMicros);
            return null;
        }

        var payment = LedgerPolicy.Find(waiver.Programme).PaymentPeriod ?? TimeSpan.FromDays(UsualPaymentDays);
        (waiver.State, waiver.ChargedFen, waiver.Charge) = (DepositWaiverState.Settling, total, charge);
        (waiver.PaymentDueMicros, waiver.Collection) = (nowMicros + (long)payment.TotalMicroseconds, CollectionState.Scheduled);
        waiver.CollectMicros = nowMicros + CollectAfterMicros;
        return null;
    }

    private static string? Cancel(ModelWaiver waiver, long nowMicros)
    {
        waiver.End(DepositWaiverState.Cancelled, nowMicros);
        return null;
    }

    private static string? Correct(ModelWaiver waiver, Charge charge, long nowMicros)
    {
        var total = charge.TotalAmount.MinorUnits;
        if (total >= waiver.ChargedFen)
        {
            return LedgerModelRules.Field("charge.total_amount");
        }

        (waiver.ChargedFen, waiver.Charge) = (total, charge);
        if (total == 0)
        {
            waiver.End(DepositWaiverState.Released, nowMicros);
        }

        return null;
    }

    private static string? Report(ModelWaiver waiver, long amountFen, long nowMicros)
    {
        if (amountFen != waiver.OutstandingFen)
        {
            return LedgerModelRules.Field("amount");
        }

        waiver.Settle(SettlementChannel.Partner, nowMicros);
        return null;
    }

    // WrittenOff: WRITTEN_OFF.
    private static string Words(string name) => WordStart().Replace(name, "_$0").ToUpperInvariant();

    [GeneratedRegex("(?<=[a-z])[A-Z]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WordStart();
}
