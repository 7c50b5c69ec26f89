using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.DepositWaivers;

/// <summary>The state machine of a deposit waiver and its form as a message. Pure.</summary>
internal static class DepositWaiverRules
{
    /// <summary>What a state allows next; nothing in a final one.</summary>
    public static IReadOnlyList<DepositWaiverAction> AllowedIn(DepositWaiverState state) =>
        state switch
        {
            DepositWaiverState.Active => [DepositWaiverAction.Complete, DepositWaiverAction.Cancel],
            _ => [],
        };

    /// <summary>The state after an allowed action.</summary>
    public static DepositWaiverState After(DepositWaiverAction action) =>
        action switch
        {
            DepositWaiverAction.Complete => DepositWaiverState.Released,
            DepositWaiverAction.Cancel => DepositWaiverState.Cancelled,
            _ => throw new ArgumentOutOfRangeException(nameof(action), action, "No such action."),
        };

    public static DepositWaiver ToMessage(Obligation obligation)
    {
        var state = (DepositWaiverState)obligation.State;
        return new DepositWaiver
        {
            DepositWaiverId = obligation.Id,
            OrderId = obligation.OrderId,
            Subject = obligation.Person,
            Programme = obligation.Programme,
            State = state,
            Revision = obligation.Revision,
            AllowedActions = { AllowedIn(state) },
            RequestedAmount = Cny.Of(obligation.RequestedFen),
            WaivedAmount = Cny.Of(obligation.HeldFen),
            PayableAmount = Cny.Of(obligation.RequestedFen - obligation.HeldFen),
            PolicyVersion = obligation.PolicyVersion,
            DecisionId = obligation.DecisionId,
            GrantTime = Instants.ToTimestamp(obligation.GrantedMicros),
            DueTime = obligation.DueMicros is { } due ? Instants.ToTimestamp(due) : null,
            EndTime = obligation.EndedMicros is { } ended ? Instants.ToTimestamp(ended) : null,
        };
    }

    /// <summary>A state's name as the error reference writes it: ACTIVE.</summary>
    public static string NameOf(DepositWaiverState state) => state.ToString().ToUpperInvariant();

    public static string NamesOf(IEnumerable<DepositWaiverAction> actions) =>
        string.Join(',', actions.Select(action => action.ToString().ToUpperInvariant()));
}
