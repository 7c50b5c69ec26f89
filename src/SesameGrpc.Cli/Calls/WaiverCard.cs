using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Calls;

/// <summary>A waiver as one JSON object or as a card.</summary>
internal static class WaiverCard
{
    public static void Show(CliOutput output, DepositWaiver waiver)
    {
        if (output.Json)
        {
            output.WriteJson(MessageJson.From(waiver));
            return;
        }

        var isCharged = waiver.ChargedAmount is { MinorUnits: > 0 };
        output.WriteCard(
            $"waiver {waiver.DepositWaiverId}",
            [
                ("state", MessageJson.Name(waiver.State)),
                ("allowed next", string.Join(", ", waiver.AllowedActions.Select(action => MessageJson.Name(action)))),
                ("order", waiver.OrderId),
                ("person", waiver.Subject),
                ("programme", waiver.Programme),
                ("device", waiver.DeviceId.Length > 0 ? waiver.DeviceId : null),
                ("waived", Display.Amount(waiver.WaivedAmount)),
                ("to be paid", waiver.PayableAmount is { MinorUnits: > 0 } rest ? Display.Amount(rest) : null),
                .. ChargeRows(waiver.Charge),
                ("charged", isCharged ? Display.Amount(waiver.ChargedAmount) : null),
                ("collected", isCharged ? Display.Amount(waiver.CollectedAmount) : null),
                ("outstanding", isCharged ? Display.Amount(waiver.OutstandingAmount) : null),
                ("collection", waiver.Collection == CollectionState.Unspecified ? null : MessageJson.Name(waiver.Collection)),
                ("settled by", waiver.SettledBy == SettlementChannel.Unspecified ? null : MessageJson.Name(waiver.SettledBy)),
                ("granted", Display.Time(waiver.GrantTime)),
                ("due", Display.Time(waiver.DueTime)),
                ("completed", Display.Time(waiver.CompleteTime)),
                ("payment due", Unless(waiver.EndTime is not null, waiver.PaymentDueTime)),
                ("ended", Display.Time(waiver.EndTime)),
                ("policy", waiver.PolicyVersion),
                ("revision", waiver.Revision.ToString()),
            ]
        );
    }

    /// <summary>A charge line by line: what is owed, then what is let off.</summary>
    public static IEnumerable<(string Label, string? Value)> ChargeRows(Charge? charge) =>
        charge is null
            ? []
            :
            [
                .. charge.Lines.Select(line =>
                    (MessageJson.Name(line.Kind).ToLowerInvariant().Replace('_', ' '), Line(Display.Amount(line.Amount), line.Description))
                ),
                .. charge.Discounts.Select(item => ("discount", Line($"-{Display.Amount(item.Amount)}", item.Description))),
            ];

    private static string? Line(string? amount, string description) => description.Length == 0 ? amount : $"{amount}  {description}";

    private static string? Unless(bool isOver, Timestamp? time) => isOver ? null : Display.Time(time);
}
