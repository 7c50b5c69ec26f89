using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Obligations;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.DepositWaivers;

/// <summary>What partners do with a waiver whose state allows it: the checks that need the waiver itself, and the change that follows.</summary>
internal sealed class DepositWaiverChanges(PaymentTerms payments, TimeProvider time)
{
    public Posting Extend(Obligation waiver, PartnerRecord partner, Timestamp dueTime)
    {
        var due = dueTime.ToDateTimeOffset().ToMicros();
        var nowMicros = time.NowMicros();
        var longest = partner.Programme(waiver.Programme).LongestPeriod is { } period ? nowMicros + period.ToMicros() : nowMicros;
        new FieldCheck()
            .Require(
                due > waiver.DueMicros && due <= longest,
                "due_time",
                $"must be later than the present one and at most {Instants.FromMicros(longest):yyyy-MM-ddTHH:mm:ssZ}, the programme's longest period from now"
            )
            .Enforce();
        return ObligationRules.Extend(waiver, due);
    }

    public Posting Complete(Obligation waiver, Charge charge, Timestamp? start, Timestamp? end)
    {
        var nowMicros = time.NowMicros();
        var endMicros = end?.ToDateTimeOffset().ToMicros() ?? nowMicros;
        var total = charge.TotalAmount.MinorUnits;
        new FieldCheck()
            .Require(
                endMicros <= nowMicros,
                "end_time",
                $"must not be in the future; it is {Instants.FromMicros(nowMicros):yyyy-MM-ddTHH:mm:ssZ} here"
            )
            .Require(start is null || start.ToDateTimeOffset().ToMicros() <= endMicros, "start_time", "must not be after end_time")
            .Require(total <= waiver.HeldFen, "charge.total_amount", $"must be at most the waived amount, {waiver.HeldFen} fen")
            .Enforce();
        if (total == 0)
        {
            return ObligationRules.Release(waiver, nowMicros);
        }

        return ObligationRules.Charge(
            waiver,
            total,
            charge.ToByteArray(),
            nowMicros,
            payments.DueMicros(waiver.Programme, nowMicros),
            payments.CollectMicros(nowMicros)
        );
    }

    public Posting Cancel(Obligation waiver) => ObligationRules.Cancel(waiver, time.NowMicros());

    public Posting Correct(Obligation waiver, Charge charge)
    {
        var total = charge.TotalAmount.MinorUnits;
        new FieldCheck()
            .Require(total < waiver.ChargedFen, "charge.total_amount", $"must be below the present charge, {waiver.ChargedFen} fen")
            .Enforce();
        return ObligationRules.Correct(waiver, total, charge.ToByteArray(), time.NowMicros());
    }

    public Posting ReportPayment(Obligation waiver, long amountFen)
    {
        new FieldCheck()
            .Require(
                amountFen == waiver.OutstandingFen,
                "amount",
                $"must be the outstanding amount, {waiver.OutstandingFen} fen; correct the charge first if less was owed"
            )
            .Enforce();
        return ObligationRules.Settle(waiver, SettledBy.Partner, time.NowMicros());
    }
}
