using SesameGrpc.Gateway.Ledger;

namespace SesameGrpc.Gateway.Reconciliation;

/// <summary>An entry of the journal as a verification reads it.</summary>
internal sealed record TrailEntry(
    string Person,
    long Version,
    string ObligationId,
    EntryKind Kind,
    long AmountFen,
    ObligationState State,
    byte[]? Detail
);

/// <summary>
/// What the journal alone says of one obligation: its entries, one after another, are replayed through the life that an obligation can have. Invariant: an entry that could not
/// follow those before it is named, and replayed all the same, so that what comes behind it is looked at too.
/// </summary>
internal sealed class ObligationTrail(Action<string> differs)
{
    private readonly BillTrail bill = new(differs);
    private EntryKind? last;

    public string? Person { get; private set; }

    public long Entries { get; private set; }

    public ObligationState? State { get; private set; }

    public long Revision { get; private set; }

    public long HeldFen { get; private set; }

    public long ChargedFen { get; private set; }

    public long CollectedFen { get; private set; }

    public long RefundedFen { get; private set; }

    /// <summary>The highest charge there was; 0: none was ever made.</summary>
    public long FirstChargeFen { get; private set; }

    public byte[]? Charge => bill.Charge;

    public bool IsCompleted { get; private set; }

    public bool IsFinal =>
        State
            is ObligationState.Released
                or ObligationState.Cancelled
                or ObligationState.Settled
                or ObligationState.Cleared
                or ObligationState.WrittenOff;

    /// <summary>What was held, and what the entries that end the hold say of it. What is open is not theirs to say.</summary>
    public LedgerTotals Sums { get; private set; }

    public void Add(TrailEntry entry)
    {
        Person ??= entry.Person;
        var name = $"Entry {entry.Version} ({entry.Kind})";
        if (entry.Person != Person)
        {
            differs($"{name} stands in another person's journal than those before it.");
        }

        var step = StepOf(entry);
        if (step is null)
        {
            differs(Entries == 0 ? $"{name} is the first one, which must be Hold." : $"{name} cannot come after {last} in state {State}.");
        }
        else if (entry.AmountFen < step.LeastFen || entry.AmountFen > step.MostFen)
        {
            differs($"{name} is over {entry.AmountFen} fen, which must be {Range(step)}.");
        }

        if (step is not null && entry.State != step.State)
        {
            differs($"{name} states {entry.State}; it leads to {step.State}.");
        }

        Apply(entry, step ?? new Step(entry.State, 0, long.MaxValue));
        last = entry.Kind;
        Entries++;
        bill.Add(entry, ChargedFen, name);
    }

    // Null: the entry cannot follow what came before.
    private Step? StepOf(TrailEntry entry)
    {
        var isOut = State is ObligationState.Active or ObligationState.Closed || (State == ObligationState.Overdue && ChargedFen == 0);
        var isOwed = State is ObligationState.Settling or ObligationState.Overdue && ChargedFen > 0;
        return entry.Kind switch
        {
            EntryKind.Hold when Entries == 0 => new Step(ObligationState.Active, 0, long.MaxValue),
            EntryKind.Extend when State == ObligationState.Active => new Step(ObligationState.Active, 0, 0),
            EntryKind.Overdue when State is ObligationState.Active or ObligationState.Settling => new Step(ObligationState.Overdue, 0, 0),
            EntryKind.Cancel when State == ObligationState.Active => new Step(ObligationState.Cancelled, HeldFen, HeldFen),
            EntryKind.Add when State == ObligationState.Active => new Step(ObligationState.Active, 1, HeldFen - ChargedFen),
            EntryKind.Void when State is ObligationState.Active or ObligationState.Closed && ChargedFen > 0 => new Step(
                State == ObligationState.Closed && entry.AmountFen >= ChargedFen ? ObligationState.Released : State.Value,
                1,
                ChargedFen
            ),
            EntryKind.Close when State == ObligationState.Active && ChargedFen > 0 => new Step(
                ObligationState.Closed,
                ChargedFen,
                ChargedFen
            ),
            EntryKind.Charge when isOut => new Step(ObligationState.Settling, 1, bill.IsVisit ? ChargedFen : HeldFen),
            EntryKind.Correct when isOwed => new Step(
                entry.AmountFen >= ChargedFen ? ObligationState.Released : State!.Value,
                1,
                ChargedFen
            ),
            EntryKind.Capture when isOwed => new Step(
                bill.IsVisit && State == ObligationState.Overdue ? ObligationState.Cleared : ObligationState.Settled,
                ChargedFen,
                ChargedFen
            ),
            EntryKind.Refund when bill.IsVisit && State is ObligationState.Settled or ObligationState.Cleared => new Step(
                State.Value,
                1,
                CollectedFen - RefundedFen
            ),
            EntryKind.WriteOff when State == ObligationState.Overdue => isOwed
                ? new Step(ObligationState.WrittenOff, ChargedFen, ChargedFen)
                : new Step(ObligationState.WrittenOff, HeldFen, HeldFen),
            EntryKind.Release when isOut => new Step(ObligationState.Released, HeldFen, HeldFen),
            EntryKind.Release when IsRestToRelease => new Step(State!.Value, Rest, Rest, IsChange: false),
            _ => null,
        };
    }

    // What was neither captured nor written off is released with it; a charge corrected to nothing releases all.
    private bool IsRestToRelease =>
        last is EntryKind.Capture or EntryKind.WriteOff or EntryKind.Correct or EntryKind.Void && IsFinal && Sums.Accounted < HeldFen;

    private long Rest => (long)(HeldFen - Sums.Accounted);

    private void Apply(TrailEntry entry, Step step)
    {
        var amount = entry.AmountFen;
        switch (entry.Kind)
        {
            case EntryKind.Hold:
                HeldFen = amount;
                Sums = Sums with { Granted = Sums.Granted + amount };
                break;
            case EntryKind.Charge:
                (ChargedFen, FirstChargeFen, IsCompleted) = (amount, amount, true);
                break;
            case EntryKind.Add:
                ChargedFen += amount;
                break;
            case EntryKind.Correct or EntryKind.Void:
                ChargedFen -= amount;
                break;
            case EntryKind.Close:
                IsCompleted = true;
                break;
            case EntryKind.Refund:
                RefundedFen += amount;
                break;
            case EntryKind.Capture:
                CollectedFen = amount;
                Sums = Sums with { Captured = Sums.Captured + amount };
                break;
            case EntryKind.Cancel:
                Sums = Sums with { Cancelled = Sums.Cancelled + amount };
                break;
            case EntryKind.WriteOff:
                Sums = Sums with { WrittenOff = Sums.WrittenOff + amount };
                break;
            case EntryKind.Release:
                Sums = Sums with { Released = Sums.Released + amount };
                IsCompleted |= step.IsChange;
                ChargedFen = step.IsChange ? 0 : ChargedFen;
                break;
        }

        State = step.State;
        Revision += step.IsChange ? 1 : 0;
    }

    private static string Range(Step step) =>
        step.LeastFen == step.MostFen ? $"{step.MostFen} fen" : $"{step.LeastFen} to {step.MostFen} fen";

    /// <summary>Where an entry leads, and what its amount must be. An entry that goes with the one before it is no change of its own.</summary>
    private sealed record Step(ObligationState State, long LeastFen, long MostFen, bool IsChange = true);
}
