using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>What a call leaves in the audit log, durable before its answer or its refusal is sent. A mutation's entries are committed by the mutation itself.</summary>
internal sealed class CallAudit(AuditLog log, WithdrawalFence fence, Faults faults, CallMetrics metrics, CallLog logs, TimeProvider time)
{
    // Longer than it usually takes to read, to find nothing or something, and to append the leaf.
    private static readonly TimeSpan NotFoundAfter = TimeSpan.FromMilliseconds(10);

    // How long ago an answer's consent may have been checked when the answer is held; the rest of the time that it has is for the commit.
    private static readonly TimeSpan OldestCheck = WithdrawalFence.LongestAnswer / 2;

    /// <summary>
    /// The handler has an answer. No disclosure without a leaf: when this throws, the answer is not sent. False: a consent that the answer rests on has ended in the
    /// meantime, so the handler is to be asked again.
    /// </summary>
    public async Task<bool> AnsweredAsync(Call call) => await MayAnswerAsync(call, await AppendAsync(call));

    /// <summary>The first half of <see cref="AnsweredAsync"/>: the call's entries become durable.</summary>
    public ValueTask<AppendOutcome> AppendAsync(Call call)
    {
        if (call.Policy!.Effect != Effect.Disclosure)
        {
            return new ValueTask<AppendOutcome>(new AppendOutcome(IsAppended: true, time.GetTimestamp()));
        }

        var outcome = log.AppendAsync(call.AllLeaves(), call.Reliances);
        call.ReturnLeaves();
        return outcome;
    }

    /// <summary>
    /// In place of <see cref="AnsweredAsync"/>, for a partner who has other calls under way: the entries are on their way, and the answer may be written, for its connection keeps it until they are durable. False: the
    /// call has to wait. So does a call that is alone, for it gets a status when something is wrong, and not the end of its connection; and one that rests on several consents.
    /// </summary>
    public bool TryHold(Call call)
    {
        // Read before the consent is asked about: it was in force then.
        var checkedAt = fence.ConfirmedAt;
        if (
            call.Policy!.Effect != Effect.Disclosure
            || call.Place is not { UnderWay: > 1 } place
            || call.Connection.Gate is not { } answers
            || call.Reliances.Count != 1
            || fence.HasEnded(call.Reliances.First)
            || time.GetElapsedTime(checkedAt) > OldestCheck
            || log.IsFailing
        )
        {
            return false;
        }

        answers.Hold();
        log.Append(call.AllLeaves(), new HeldAnswer(this, answers, call.Reliances.First, checkedAt, place, call.Method!, call.Begun));
        call.ReturnLeaves();
        call.IsHeld = true;
        return true;
    }

    /// <summary>Whether an answer may leave that rests on a consent which was found in force at this timestamp: it has not ended, or so shortly ago that its end has not been acknowledged.</summary>
    public bool MayLeave(Reliance reliance, long checkedAt) =>
        !fence.HasEnded(reliance) || time.GetElapsedTime(checkedAt) < WithdrawalFence.LongestAnswer;

    /// <summary>An answer that was held could not leave, and its connection was ended for that.</summary>
    public void ConnectionEnded(string partner, string cause) => logs.ConnectionEnded(partner, cause);

    /// <summary>An answer that was held has left, or is lost.</summary>
    public void Ended(string method, StatusCode status, long begun) => metrics.Record(method, status, begun);

    /// <summary>The second half: an answer that was kept waiting is checked again, since a withdrawal may have been acknowledged meanwhile.</summary>
    public ValueTask<bool> MayAnswerAsync(Call call, AppendOutcome outcome)
    {
        if (call.Policy!.Effect == Effect.Disclosure)
        {
            Crash.At(Failpoint.AuditDurable);
        }

        return outcome.IsAppended && call.Reliances.Count > 0 && time.GetElapsedTime(outcome.CheckedAt) > WithdrawalFence.LongestAnswer
            ? CheckAgainAsync(call, outcome.CheckedAt)
            : new ValueTask<bool>(outcome.IsAppended);
    }

    private async ValueTask<bool> CheckAgainAsync(Call call, long checkedAt)
    {
        await fence.RefreshAsync(checkedAt, call.Aborted);
        return !call.Reliances.HaveEnded(fence);
    }

    /// <summary>The call is refused; returns what to refuse it with, which is another refusal when the entry cannot be written.</summary>
    public async ValueTask<Refusal> RefusedAsync(Call call, Refusal refusal)
    {
        if (!call.IsIdentified || IsFault(refusal.Reason))
        {
            return refusal;
        }

        var entry = call.NewAuditEntry();
        entry.Outcome = AuditOutcome.Refused;
        entry.ErrorReason = refusal.Reason;
        try
        {
            await log.AppendAsync([entry], call.Aborted);
            await HoldAsync(call, refusal);
            return refusal;
        }
        catch (Exception exception)
        {
            return faults.RefusalOf(exception, call);
        }
    }

    // Microseconds tell whether a row was found; so all such refusals leave at the same time.
    private async ValueTask HoldAsync(Call call, Refusal refusal)
    {
        var rest = NotFoundAfter - time.GetElapsedTime(call.Begun);
        if (refusal.Reason == ErrorReason.ResourceNotFound && rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, time, call.Aborted);
        }
    }

    // Nothing was decided about the call: it may be sent again, or the gateway is at fault. Too many calls at once must not become as many writes.
    private static bool IsFault(ErrorReason reason) =>
        reason
            is ErrorReason.DeadlineExceeded
                or ErrorReason.Cancelled
                or ErrorReason.StoreUnavailable
                or ErrorReason.IssuerUnavailable
                or ErrorReason.Internal
                or ErrorReason.TooManyCalls;
}
