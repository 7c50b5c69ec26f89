using Grpc.Core;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Failpoints;
using SesameGrpc.Gateway.Listeners;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>An answer that has been written, and that its connection keeps until its leaf is durable. Its call is under way until then.</summary>
/// <param name="audit">Who is told when it has left.</param>
/// <param name="gate">Where it is kept.</param>
/// <param name="reliance">The consent that it rests on.</param>
/// <param name="checkedAt">Timestamp at which that was in force.</param>
/// <param name="place">Where the call is counted.</param>
/// <param name="method">The call's method.</param>
/// <param name="begun">Timestamp of the call's arrival.</param>
internal sealed class HeldAnswer(
    CallAudit audit,
    AnswerGate gate,
    Reliance reliance,
    long checkedAt,
    ConcurrencyLimits.Counter place,
    string method,
    long begun
) : LeafOwner
{
    // Its answer cannot be made anew, but may still leave for a moment: a withdrawal is acknowledged later than that.
    public override bool IsOutdated(WithdrawalFence fence) => !audit.MayLeave(reliance, checkedAt);

    public override void Complete(AppendOutcome outcome)
    {
        Crash.At(Failpoint.AuditDurable);
        if (outcome.IsAppended && audit.MayLeave(reliance, checkedAt))
        {
            gate.Settle();
            End(StatusCode.OK);
        }
        else
        {
            Lose("a consent has ended that an answer rests on");
        }
    }

    public override void Fail(Exception exception) => Lose("the store does not take the audit log's entries");

    public override void Leave() => gate.Open();

    private void Lose(string cause)
    {
        if (gate.Shut(cause))
        {
            audit.ConnectionEnded(place.Partner, cause);
        }

        End(StatusCode.Unavailable);
    }

    private void End(StatusCode status)
    {
        place.Leave();
        audit.Ended(method, status, begun);
    }
}
