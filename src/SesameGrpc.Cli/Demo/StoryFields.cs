using System.Text.Json.Nodes;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Demo;

/// <summary>What steps of a story say for scripts.</summary>
internal static class StoryFields
{
    public static JsonObject Of(DepositWaiver waiver) =>
        new()
        {
            ["subject"] = waiver.Subject,
            ["programme"] = waiver.Programme,
            ["order_id"] = waiver.OrderId,
            ["deposit_waiver_id"] = waiver.DepositWaiverId,
            ["state"] = MessageJson.Name(waiver.State),
            ["waived_fen"] = waiver.WaivedAmount?.MinorUnits,
            ["payable_fen"] = waiver.PayableAmount?.MinorUnits,
            ["allowed_actions"] = new JsonArray([.. waiver.AllowedActions.Select(action => JsonValue.Create(MessageJson.Name(action)))]),
        };

    public static JsonObject Of(Visit visit) =>
        new()
        {
            ["subject"] = visit.Subject,
            ["programme"] = visit.Programme,
            ["order_id"] = visit.OrderId,
            ["visit_id"] = visit.VisitId,
            ["state"] = MessageJson.Name(visit.State),
            ["limit_fen"] = visit.LimitAmount?.MinorUnits,
            ["total_fen"] = visit.TotalAmount?.MinorUnits,
            ["self_pay_fen"] = visit.SelfPayAmount?.MinorUnits,
            ["outstanding_fen"] = visit.OutstandingAmount?.MinorUnits,
            ["refunded_fen"] = visit.RefundedAmount?.MinorUnits,
            ["allowed_actions"] = new JsonArray([.. visit.AllowedActions.Select(action => JsonValue.Create(MessageJson.Name(action)))]),
        };

    public static JsonArray Of(IEnumerable<ReasonDetail> reasons) =>
        [.. reasons.Select(detail => JsonValue.Create(MessageJson.Name(detail.Reason)))];
}
