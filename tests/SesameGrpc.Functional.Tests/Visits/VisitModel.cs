using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Functional.Tests.Visits;

/// <summary>What the contract says of a visit, written down once more: each step answers the reason that refuses it, or changes the visit and answers null.</summary>
internal sealed class VisitModel(string person, Visit visit)
{
    private const string Conflict = "STATE_CONFLICT";
    private const string Invalid = "FIELD_INVALID";
    private readonly List<Line> lines = [];
    private bool isCharged;

    public Visit Visit { get; } = visit;

    public string Person { get; } = person;

    public VisitState State { get; private set; } = VisitState.Open;

    public long Revision { get; private set; } = 1;

    public long Collected { get; private set; }

    public long Refunded { get; private set; }

    public IReadOnlyList<Line> Lines => lines;

    public bool IsOpen => State is VisitState.Open or VisitState.Closed or VisitState.Settling or VisitState.Overdue;

    public long Total => Standing.Sum(line => line.Fen);

    public IEnumerable<Line> Standing => lines.Where(line => !line.IsVoided);

    private bool IsOwed => State is VisitState.Settling or VisitState.Overdue;

    /// <summary>What the person pays: all that was charged, and from the settlement on their part of it.</summary>
    public long SelfPay =>
        State == VisitState.Released ? 0
        : isCharged ? Standing.Sum(line => line.SelfPay - line.TakenOff)
        : Total;

    public long Outstanding => IsOwed ? SelfPay : 0;

    public long Remaining => State == VisitState.Open ? Visit.LimitAmount.MinorUnits - Total : 0;

    public string? Add(string id, long fen)
    {
        var refused =
            State != VisitState.Open ? Conflict
            : lines.Exists(line => line.Id == id) ? "ALREADY_EXISTS"
            : fen > Remaining ? "VISIT_LIMIT_EXCEEDED"
            : null;
        return refused ?? Changed(() => lines.Add(new Line(id, fen)));
    }

    public string? Void(string id)
    {
        var line = Standing.FirstOrDefault(line => line.Id == id);
        var refused =
            !(State == VisitState.Closed || (State == VisitState.Open && Total > 0)) ? Conflict
            : line is null ? Invalid
            : null;
        return refused
            ?? Changed(() =>
            {
                line!.IsVoided = true;
                State = State == VisitState.Closed && Total == 0 ? VisitState.Released : State;
            });
    }

    public string? Close() =>
        State != VisitState.Open ? Conflict : Changed(() => State = Total == 0 ? VisitState.Released : VisitState.Closed);

    /// <summary>By CloseVisit while it is open, by SettleVisit once it is closed.</summary>
    public string? Settle(VisitState from, Settlement settlement, bool addsUp) =>
        State != from ? Conflict
        : !addsUp ? Invalid
        : Changed(() => Bear(settlement.Lines.ToDictionary(line => line.ChargeId, line => line.SelfPayAmount.MinorUnits)));

    public string? Refund(string id, long fen)
    {
        var line = Standing.FirstOrDefault(line => line.Id == id);
        var refused =
            !(IsOwed || (State is VisitState.Settled or VisitState.Cleared && Refunded < Collected)) ? Conflict
            : line is null || fen > line.SelfPay - line.TakenOff ? Invalid
            : null;
        return refused
            ?? Changed(() =>
            {
                if (IsOwed)
                {
                    line!.TakenOff += fen;
                    State = SelfPay == 0 ? VisitState.Released : State;
                }
                else
                {
                    // What was paid stays what it was; it is given back.
                    line!.SelfPay -= fen;
                    Refunded += fen;
                }
            });
    }

    public string? Pay(long fen)
    {
        var refused =
            State is VisitState.Settled or VisitState.Cleared ? "ALREADY_SETTLED"
            : !IsOwed ? Conflict
            : fen != Outstanding ? Invalid
            : null;
        return refused
            ?? Changed(() => (Collected, State) = (SelfPay, State == VisitState.Overdue ? VisitState.Cleared : VisitState.Settled));
    }

    /// <summary>A time longer than any that a visit may wait.</summary>
    public void Wait()
    {
        switch (State)
        {
            case VisitState.Open:
                Close();
                break;
            case VisitState.Closed:
                Changed(() => Bear(Standing.ToDictionary(line => line.Id, line => line.Fen)));
                break;
            case VisitState.Settling:
                Changed(() => State = VisitState.Overdue);
                break;
        }
    }

    /// <summary>Whether the gateway tells of the visit what the model says.</summary>
    public bool Is(Visit told) =>
        (told.State, told.Revision, told.TotalAmount.MinorUnits, told.RemainingAmount.MinorUnits) == (State, Revision, Total, Remaining)
        && told.SelfPayAmount.MinorUnits == SelfPay + Refunded
        && (told.CollectedAmount.MinorUnits, told.OutstandingAmount.MinorUnits) == (Collected, Outstanding)
        && told.RefundedAmount.MinorUnits == Refunded
        && told.Bill.Charges.Select(charge => (charge.ChargeId, charge.Amount.MinorUnits, charge.VoidTime is not null))
            .SequenceEqual(lines.Select(line => (line.Id, line.Fen, line.IsVoided)));

    public override string ToString() =>
        $"{Visit.OrderId} {State}@{Revision}: total {Total}, self pay {SelfPay}, collected {Collected}, refunded {Refunded}";

    private void Bear(Dictionary<string, long> selfPay)
    {
        foreach (var line in Standing)
        {
            line.SelfPay = selfPay[line.Id];
        }

        isCharged = true;
        State = selfPay.Values.Sum() == 0 ? VisitState.Released : VisitState.Settling;
    }

    private string? Changed(Action change)
    {
        change();
        Revision++;
        return null;
    }

    internal sealed class Line(string id, long fen)
    {
        public string Id { get; } = id;

        public long Fen { get; } = fen;

        public bool IsVoided { get; set; }

        public long SelfPay { get; set; }

        public long TakenOff { get; set; }
    }
}
