using Google.Protobuf.Collections;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Eligibility;

/// <summary>Checks the fields that a check and a grant have in common.</summary>
internal static class OrderChecks
{
    private const int MaxAttributes = 16;
    private static readonly string AmountRule = $"must be 1 to {Cny.Largest} fen";
    private static readonly string AttributesRule = $"must be at most {MaxAttributes}";

    /// <summary>What a request for an obligation must be.</summary>
    public static FieldCheck CheckGrant(
        string orderId,
        string decisionId,
        string subject,
        Money? amount,
        MapField<string, AttributeValue> attributes
    ) =>
        Check(
            new FieldCheck()
                .VisibleText("order_id", orderId)
                .Require(decisionId.Length <= 128, "decision_id", "must be at most 128 characters"),
            subject,
            amount,
            attributes
        );

    public static FieldCheck Check(FieldCheck check, string subject, Money? amount, MapField<string, AttributeValue> attributes) =>
        check
            .Person("subject", subject)
            .Require(amount is null || amount.CurrencyCode == Cny.Code, "amount.currency_code", "must be CNY")
            .Require(amount is null || amount.MinorUnits is > 0 and <= Cny.Largest, "amount.minor_units", AmountRule)
            .Require(attributes.Count <= MaxAttributes, "attributes", AttributesRule)
            .Require(
                attributes.Count == 0 || attributes.All(pair => pair.Key.Length <= 64 && pair.Value.Text.Length <= 64),
                "attributes",
                "must have names and texts of at most 64 characters"
            );
}
