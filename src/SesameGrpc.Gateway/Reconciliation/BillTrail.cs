using Google.Protobuf;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Ledger;

namespace SesameGrpc.Gateway.Reconciliation;

/// <summary>
/// What the journal alone says was charged, line by line. A waiver's entries hold the whole charge each time; a visit's hold the one line that changed, and its bill is put together from
/// them. Invariant: a line that does not fit is named.
/// </summary>
internal sealed class BillTrail(Action<string> differs)
{
    private readonly VisitBill bill = new();

    /// <summary>Whether departments have charged one by one.</summary>
    public bool IsVisit { get; private set; }

    /// <summary>The charge as the obligation must hold it; null: nothing was charged.</summary>
    public byte[]? Charge { get; private set; }

    /// <summary>Adds an entry after which so much is charged.</summary>
    public void Add(TrailEntry entry, long chargedFen, string name)
    {
        IsVisit |= entry.Kind == EntryKind.Add;
        try
        {
            if (IsVisit || (entry.Kind == EntryKind.Release && entry.Detail is not null))
            {
                AddLine(entry, name);
            }
            else if (entry.Kind is EntryKind.Charge or EntryKind.Correct)
            {
                Charge = entry.Detail;
                Equal(
                    name,
                    entry.Detail is null ? null : Contracts.Partner.V1.Charge.Parser.ParseFrom(entry.Detail).TotalAmount?.MinorUnits,
                    chargedFen
                );
            }
        }
        catch (InvalidProtocolBufferException)
        {
            differs($"{name} has a line that cannot be read.");
        }
    }

    private void AddLine(TrailEntry entry, string name)
    {
        switch (entry.Kind)
        {
            case EntryKind.Add:
                bill.Charges.Add(LineOf(entry));
                Equal(name, bill.Charges[^1].Amount?.MinorUnits, entry.AmountFen);
                break;
            case EntryKind.Void or EntryKind.Refund or EntryKind.Correct:
                Replace(LineOf(entry), entry, name);
                break;
            case EntryKind.Charge or EntryKind.Release when entry.Detail is not null:
                bill.Settlement = Settlement.Parser.ParseFrom(entry.Detail);
                Equal(name, Cny.FenOf(bill.Settlement.SelfPayAmount), entry.Kind == EntryKind.Charge ? entry.AmountFen : 0);
                break;
            default:
                return;
        }

        Charge = bill.ToByteArray();
    }

    private void Replace(VisitCharge line, TrailEntry entry, string name)
    {
        var index = bill.Charges.Select(charge => charge.ChargeId).ToList().IndexOf(line.ChargeId);
        if (index < 0)
        {
            differs($"{name} is about a charge that was never added.");
            return;
        }

        var before = bill.Charges[index];
        bill.Charges[index] = line;
        var changed =
            entry.Kind == EntryKind.Void ? line.Amount?.MinorUnits : Cny.FenOf(line.RefundedAmount) - Cny.FenOf(before.RefundedAmount);
        Equal(name, changed, entry.AmountFen);
    }

    private void Equal(string name, long? lines, long fen)
    {
        if (lines != fen)
        {
            differs($"{name} makes the charge {fen} fen, but its lines do not come to that.");
        }
    }

    private static VisitCharge LineOf(TrailEntry entry) => VisitCharge.Parser.ParseFrom(entry.Detail ?? []);
}
