using SesameGrpc.Cli.Calls;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using Spectre.Console;

namespace SesameGrpc.Cli.Ledger;

/// <summary>An obligation and its journal for people.</summary>
internal static class ObligationCard
{
    public static void Show(CliOutput output, Obligation obligation)
    {
        var isCharged = obligation.ChargedAmount is { MinorUnits: > 0 };
        output.WriteCard(
            $"obligation {obligation.ObligationId}",
            [
                ("kind", MessageJson.Name(obligation.Kind)),
                ("state", MessageJson.Name(obligation.State)),
                ("disputed", obligation.Disputed ? "yes, by the person" : null),
                ("allowed next", string.Join(", ", obligation.AllowedActions.Select(action => MessageJson.Name(action)))),
                ("partner", obligation.Partner),
                ("order", obligation.OrderId),
                ("person", obligation.Person),
                ("programme", obligation.Programme),
                ("held", Display.Amount(obligation.HeldAmount)),
                .. WaiverCard.ChargeRows(obligation.Charge),
                ("charged", isCharged ? Display.Amount(obligation.ChargedAmount) : null),
                ("collected", isCharged ? Display.Amount(obligation.CollectedAmount) : null),
                ("outstanding", isCharged ? Display.Amount(obligation.OutstandingAmount) : null),
                ("collection", Collection(obligation.Collection)),
                ("next try", Display.Time(obligation.Collection?.NextTime)),
                ("settled by", obligation.SettledBy == SettlementChannel.Unspecified ? null : MessageJson.Name(obligation.SettledBy)),
                ("granted", Display.Time(obligation.GrantTime)),
                ("due", Display.Time(obligation.DueTime)),
                ("completed", Display.Time(obligation.CompleteTime)),
                ("payment due", Display.Time(obligation.PaymentDueTime)),
                ("ended", Display.Time(obligation.EndTime)),
                ("policy", obligation.PolicyVersion),
                ("revision", obligation.Revision.ToString()),
            ]
        );
    }

    public static void ShowJournal(CliOutput output, IEnumerable<JournalEntry> entries)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("entry", "time", "kind", "amount", "state", "reason");
        foreach (var entry in entries)
        {
            table.AddRow(
                new Text(entry.Version.ToString()),
                new Text(Display.Time(entry.RecordTime) ?? ""),
                new Text(MessageJson.Name(entry.Kind)),
                new Text(Display.Amount(entry.Amount) ?? ""),
                new Text(MessageJson.Name(entry.State)),
                new Text(entry.Reason)
            );
        }

        output.Console.Write(table);
    }

    private static string? Collection(ObligationCollection? collection) =>
        collection is null
            ? null
            : $"{MessageJson.Name(collection.State)}, attempt {collection.Attempt}, sent {collection.Tries} times"
                + (collection.Cause.Length == 0 ? "" : $", last: {collection.Cause}");
}
