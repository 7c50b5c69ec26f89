using Google.Protobuf;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Obligations;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.DeferredPayments;

/// <summary>What happens to a visit whose state allows it: the checks that need the visit itself, and the change that follows.</summary>
internal sealed class VisitChanges(PaymentTerms payments, TimeProvider time)
{
    public Posting Add(Obligation visit, string chargeId, VisitChargeKind kind, long amountFen)
    {
        var bill = VisitRules.BillOf(visit);
        if (bill.Charges.Any(charge => charge.ChargeId == chargeId))
        {
            throw new RefusalException(
                Refuse.AlreadyExists("charge_id", "This charge_id already names a charge of this visit; each charge has its own.")
            );
        }

        new FieldCheck()
            .Require(
                bill.Charges.Count < BillRules.MaxCharges,
                "charge_id",
                $"must not be one more than the {BillRules.MaxCharges} of a visit"
            )
            .Enforce();
        var remaining = visit.HeldFen - visit.ChargedFen;
        if (amountFen > remaining)
        {
            throw new RefusalException(Refuse.VisitLimitExceeded(remaining, visit.HeldFen));
        }

        var added = new VisitCharge
        {
            ChargeId = chargeId,
            Kind = kind,
            Amount = Cny.Of(amountFen),
            AddTime = Instants.ToTimestamp(time.NowMicros()),
        };
        bill.Charges.Add(added);
        return ObligationRules.Add(visit, amountFen, bill.ToByteArray(), added.ToByteArray());
    }

    public Posting Void(Obligation visit, string chargeId)
    {
        var bill = VisitRules.BillOf(visit);
        var nowMicros = time.NowMicros();
        var charge = Standing(bill, chargeId);
        charge.VoidTime = Instants.ToTimestamp(nowMicros);
        return ObligationRules.Void(visit, charge.Amount.MinorUnits, bill.ToByteArray(), charge.ToByteArray(), nowMicros);
    }

    /// <summary>Ends the charging: by the hospital, or by the policy's hour. Without charges nothing is owed.</summary>
    public Posting Close(Obligation visit)
    {
        var nowMicros = time.NowMicros();
        return visit.ChargedFen == 0
            ? ObligationRules.Release(visit, nowMicros)
            : ObligationRules.Close(visit, nowMicros, payments.SettleDueMicros(visit.Programme, nowMicros));
    }

    public Posting Settle(Obligation visit, Settlement settlement)
    {
        var bill = VisitRules.BillOf(visit);
        BillRules.Check(new FieldCheck(), bill, settlement).Enforce();
        return Settle(visit, bill, settlement);
    }

    /// <summary>Nobody has stated who bears what in time: the person pays all of it.</summary>
    public Posting SettleInFull(Obligation visit)
    {
        var bill = VisitRules.BillOf(visit);
        return Settle(visit, bill, BillRules.InFull(bill));
    }

    public Posting Refund(Obligation visit, string chargeId, long amountFen)
    {
        var bill = VisitRules.BillOf(visit);
        var charge = Standing(bill, chargeId);
        var selfPay = BillRules.SelfPayOf(bill, charge);
        new FieldCheck()
            .Require(amountFen <= selfPay, "amount", $"must be at most what the person's part of the charge still is, {selfPay} fen")
            .Enforce();
        charge.RefundedAmount = Cny.Of(Cny.FenOf(charge.RefundedAmount) + amountFen);
        var nowMicros = time.NowMicros();
        return visit.IsOpen
            ? ObligationRules.Correct(visit, visit.ChargedFen - amountFen, bill.ToByteArray(), nowMicros, charge.ToByteArray())
            : ObligationRules.Refund(visit, amountFen, bill.ToByteArray(), charge.ToByteArray(), nowMicros);
    }

    public Posting ReportPayment(Obligation visit, long amountFen)
    {
        new FieldCheck()
            .Require(amountFen == visit.OutstandingFen, "amount", $"must be the outstanding amount, {visit.OutstandingFen} fen")
            .Enforce();
        return ObligationRules.Settle(visit, SettledBy.Partner, time.NowMicros());
    }

    private Posting Settle(Obligation visit, VisitBill bill, Settlement settlement)
    {
        bill.Settlement = settlement;
        var nowMicros = time.NowMicros();
        var selfPay = Cny.FenOf(settlement.SelfPayAmount);
        return selfPay == 0
            ? ObligationRules.Release(visit, nowMicros, bill.ToByteArray(), settlement.ToByteArray())
            : ObligationRules.Charge(
                visit,
                selfPay,
                bill.ToByteArray(),
                nowMicros,
                payments.DueMicros(visit.Programme, nowMicros),
                payments.CollectMicros(nowMicros),
                settlement.ToByteArray()
            );
    }

    private static VisitCharge Standing(VisitBill bill, string chargeId) =>
        BillRules.Standing(bill).FirstOrDefault(charge => charge.ChargeId == chargeId)
        ?? throw new RefusalException(Refuse.Field("charge_id", "must name a charge of this visit that is not voided"));
}
