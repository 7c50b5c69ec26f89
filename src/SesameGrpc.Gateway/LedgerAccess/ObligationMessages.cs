using System.Text;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Storage;
using JournalEntry = SesameGrpc.Gateway.Ledger.JournalEntry;
using Obligation = SesameGrpc.Gateway.Ledger.Obligation;
using ObligationKind = SesameGrpc.Gateway.Ledger.ObligationKind;
using ObligationState = SesameGrpc.Gateway.Ledger.ObligationState;
using Wire = SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Gateway.LedgerAccess;

/// <summary>Obligations as operators see them. Pure.</summary>
internal static class ObligationMessages
{
    /// <summary>What an operator may do: give up what is overdue, and nothing else.</summary>
    public static IReadOnlyList<ObligationAction> AllowedFor(Obligation obligation) =>
        obligation.State == ObligationState.Overdue ? [ObligationAction.WriteOff] : [];

    public static Wire.Obligation ToMessage(Obligation obligation) =>
        new()
        {
            ObligationId = obligation.Id,
            Kind = (Wire.ObligationKind)obligation.Kind,
            Partner = obligation.Partner,
            OrderId = obligation.OrderId,
            Person = obligation.ExternalPerson,
            Programme = obligation.Programme,
            DeviceId = obligation.DeviceId,
            State = (Wire.ObligationState)obligation.State,
            Revision = obligation.Revision,
            AllowedActions = { AllowedFor(obligation) },
            RequestedAmount = Cny.Of(obligation.RequestedFen),
            HeldAmount = Cny.Of(obligation.HeldFen),
            ChargedAmount = Cny.Of(obligation.ChargedFen),
            CollectedAmount = Cny.Of(obligation.CollectedFen),
            OutstandingAmount = Cny.Of(obligation.OutstandingFen),
            Charge = obligation is { Kind: ObligationKind.DepositWaiver, Charge: { } charge } ? Charge.Parser.ParseFrom(charge) : null,
            RefundedAmount = Cny.Of(obligation.RefundedFen),
            PolicyVersion = obligation.PolicyVersion,
            DecisionId = obligation.DecisionId,
            GrantTime = Instants.ToTimestamp(obligation.GrantedMicros),
            DueTime = TimeOf(obligation.DueMicros),
            CompleteTime = TimeOf(obligation.CompletedMicros),
            PaymentDueTime = TimeOf(obligation.PaymentDueMicros),
            EndTime = TimeOf(obligation.EndedMicros),
            SettledBy = obligation.SettledBy is { } by ? (SettlementChannel)by : SettlementChannel.Unspecified,
            Collection = obligation.Collection is { } collection ? ToMessage(collection) : null,
            Disputed = obligation.IsDisputed,
        };

    public static Wire.JournalEntry ToMessage(JournalEntry entry) =>
        new()
        {
            Version = entry.Version,
            Kind = (JournalEntryKind)entry.Kind,
            Amount = Cny.Of(entry.AmountFen),
            State = (Wire.ObligationState)entry.State,
            RecordTime = Instants.ToTimestamp(entry.CreatedMicros),
            Reason = entry is { Kind: EntryKind.WriteOff, Detail: { } reason } ? Encoding.UTF8.GetString(reason) : "",
        };

    private static ObligationCollection ToMessage(Collection collection) =>
        new()
        {
            State = (Contracts.Partner.V1.CollectionState)collection.State,
            Amount = Cny.Of(collection.AmountFen),
            Attempt = collection.Attempt,
            Tries = collection.Tries,
            NextTime = TimeOf(collection.NextMicros),
            Cause = collection.Cause,
        };

    private static Timestamp? TimeOf(long? micros) => micros is { } known ? Instants.ToTimestamp(known) : null;
}
