using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Visits;

/// <summary>A visit as one JSON object or as a card.</summary>
internal static class VisitCard
{
    public static void Show(CliOutput output, Visit visit)
    {
        if (output.Json)
        {
            output.WriteJson(MessageJson.From(visit));
            return;
        }

        output.WriteCard(
            $"visit {visit.VisitId}",
            [
                ("state", MessageJson.Name(visit.State)),
                ("allowed next", string.Join(", ", visit.AllowedActions.Select(action => MessageJson.Name(action)))),
                ("order", visit.OrderId),
                ("person", visit.Subject),
                ("programme", visit.Programme),
                ("limit", Display.Amount(visit.LimitAmount)),
                ("left of it", visit.State == VisitState.Open ? Display.Amount(visit.RemainingAmount) : null),
                .. visit.Bill.Charges.Select(charge => ($"charge {charge.ChargeId}", (string?)ChargeOf(charge))),
                ("total", Display.Amount(visit.TotalAmount)),
                .. BearersOf(visit.Bill.Settlement),
                ("self-pay", Display.Amount(visit.SelfPayAmount)),
                ("collected", Unless(visit.CollectedAmount)),
                ("outstanding", Unless(visit.OutstandingAmount)),
                ("refunded", Unless(visit.RefundedAmount)),
                ("collection", visit.Collection == CollectionState.Unspecified ? null : MessageJson.Name(visit.Collection)),
                ("settled by", visit.SettledBy == SettlementChannel.Unspecified ? null : MessageJson.Name(visit.SettledBy)),
                ("opened", Display.Time(visit.OpenTime)),
                (visit.State == VisitState.Open ? "closes by itself" : "settle until", Display.Time(visit.DueTime)),
                ("closed", Display.Time(visit.CloseTime)),
                ("payment due", visit.EndTime is null ? Display.Time(visit.PaymentDueTime) : null),
                ("ended", Display.Time(visit.EndTime)),
                ("policy", visit.PolicyVersion),
                ("revision", visit.Revision.ToString()),
            ]
        );
    }

    private static string ChargeOf(VisitCharge charge)
    {
        var taken = charge.RefundedAmount is { MinorUnits: > 0 } refunded ? $", {Display.Amount(refunded)} taken off" : "";
        return $"{Display.Amount(charge.Amount)}  {MessageJson.Name(charge.Kind)}{taken}{(charge.VoidTime is null ? "" : ", voided")}";
    }

    private static IEnumerable<(string Label, string? Value)> BearersOf(Settlement? settlement) =>
        settlement is null
            ? []
            :
            [
                ("pooled fund", Unless(settlement.PooledFundAmount)),
                ("personal account", Unless(settlement.PersonalAccountAmount)),
                ("other insurance", Unless(settlement.OtherInsuranceAmount)),
                ("reduction", Unless(settlement.ReductionAmount)),
            ];

    private static string? Unless(Money? money) => money is { MinorUnits: > 0 } ? Display.Amount(money) : null;
}
