using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Soak.Ledger;

/// <summary>A waiver as the model has it. It knows the state machine by itself, in the words of the contract.</summary>
internal sealed class ModelWaiver
{
    public required string Id { get; init; }

    public required string Partner { get; init; }

    public required GrantDepositWaiverRequest Request { get; init; }

    public required long RequestedFen { get; init; }

    public required long HeldFen { get; init; }

    public required string PolicyVersion { get; init; }

    public required long GrantedMicros { get; init; }

    public DepositWaiverState State { get; set; } = DepositWaiverState.Active;

    public long Revision { get; set; } = 1;

    public long ChargedFen { get; set; }

    public long CollectedFen { get; set; }

    public Charge? Charge { get; set; }

    public long? DueMicros { get; set; }

    public long? CompletedMicros { get; set; }

    public long? PaymentDueMicros { get; set; }

    /// <summary>When the charge is first collected.</summary>
    public long? CollectMicros { get; set; }

    public long? EndedMicros { get; set; }

    public SettlementChannel SettledBy { get; set; }

    public CollectionState Collection { get; set; }

    public string Person => Request.Subject;

    public string Programme => Request.Programme;

    public bool IsOpen => State is DepositWaiverState.Active or DepositWaiverState.Settling or DepositWaiverState.Overdue;

    public long OutstandingFen => IsOpen ? ChargedFen - CollectedFen : 0;

    public IEnumerable<DepositWaiverAction> Allowed
    {
        get
        {
            if (State == DepositWaiverState.Active || (State == DepositWaiverState.Overdue && ChargedFen == 0))
            {
                yield return DepositWaiverAction.Complete;
            }

            if (State == DepositWaiverState.Active)
            {
                yield return DepositWaiverAction.Cancel;
                if (DueMicros is not null)
                {
                    yield return DepositWaiverAction.Extend;
                }
            }

            if (State == DepositWaiverState.Settling || (State == DepositWaiverState.Overdue && ChargedFen > 0))
            {
                yield return DepositWaiverAction.ReportPayment;
                yield return DepositWaiverAction.CorrectCharge;
            }
        }
    }

    /// <summary>Final: nothing is held any more.</summary>
    public void End(DepositWaiverState state, long nowMicros)
    {
        (State, EndedMicros) = (state, nowMicros);
        if (Collection == CollectionState.Scheduled)
        {
            Collection = CollectionState.Withdrawn;
        }
    }

    public void Settle(SettlementChannel by, long nowMicros)
    {
        (CollectedFen, SettledBy) = (ChargedFen, by);
        End(DepositWaiverState.Settled, nowMicros);
        Collection = by == SettlementChannel.Collection ? CollectionState.Collected : Collection;
    }

    public DepositWaiver ToMessage() =>
        new()
        {
            OrderId = Request.OrderId,
            Subject = Person,
            Programme = Programme,
            State = State,
            Revision = Revision,
            AllowedActions = { Allowed },
            RequestedAmount = LedgerPolicy.Fen(RequestedFen),
            WaivedAmount = LedgerPolicy.Fen(HeldFen),
            PayableAmount = LedgerPolicy.Fen(RequestedFen - HeldFen),
            PolicyVersion = PolicyVersion,
            GrantTime = TimeOf(GrantedMicros),
            DueTime = TimeOf(DueMicros),
            EndTime = TimeOf(EndedMicros),
            ChargedAmount = LedgerPolicy.Fen(ChargedFen),
            CollectedAmount = LedgerPolicy.Fen(CollectedFen),
            OutstandingAmount = LedgerPolicy.Fen(OutstandingFen),
            Charge = Charge,
            CompleteTime = TimeOf(CompletedMicros),
            PaymentDueTime = TimeOf(PaymentDueMicros),
            SettledBy = SettledBy,
            Collection = Collection,
        };

    public static Timestamp? TimeOf(long? micros) =>
        micros is { } value ? Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddMicroseconds(value)) : null;
}
