using System.Text.Json;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.DeferredPayments;
using SesameGrpc.Gateway.Ledger;

namespace SesameGrpc.Gateway.PersonAccess;

/// <summary>What was charged, line by line, in an export: of a waiver its charge, of a visit its bill. The names are the same for both; what does not apply is empty.</summary>
internal static class ExportCharges
{
    public static void WriteCharges(this Utf8JsonWriter json, Obligation obligation)
    {
        var isVisit = obligation.Kind == ObligationKind.Visit;
        json.WriteCharge(!isVisit && obligation.Charge is { } bytes ? Charge.Parser.ParseFrom(bytes) : null);
        json.WriteBill(isVisit ? VisitRules.BillOf(obligation) : new VisitBill());
    }

    private static void WriteCharge(this Utf8JsonWriter json, Charge? charge)
    {
        json.WriteStartArray("charge_lines");
        foreach (var line in charge?.Lines ?? [])
        {
            json.WriteStartObject();
            json.WriteName("kind", line.Kind);
            json.WriteNumber("amount_fen", line.Amount.MinorUnits);
            json.WriteString("description", line.Description);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("charge_discounts");
        foreach (var discount in charge?.Discounts ?? [])
        {
            json.WriteStartObject();
            json.WriteNumber("amount_fen", discount.Amount.MinorUnits);
            json.WriteString("description", discount.Description);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteBill(this Utf8JsonWriter json, VisitBill bill)
    {
        json.WriteStartArray("visit_charges");
        foreach (var charge in bill.Charges)
        {
            json.WriteStartObject();
            json.WriteString("charge_id", charge.ChargeId);
            json.WriteName("kind", charge.Kind);
            json.WriteNumber("amount_fen", charge.Amount.MinorUnits);
            json.WriteTime("add_time", charge.AddTime);
            json.WriteTime("void_time", charge.VoidTime);
            json.WriteNumber("refunded_fen", Cny.FenOf(charge.RefundedAmount));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("settlement_lines");
        foreach (var line in bill.Settlement?.Lines ?? [])
        {
            json.WriteStartObject();
            json.WriteString("charge_id", line.ChargeId);
            json.WriteNumber("pooled_fund_fen", Cny.FenOf(line.PooledFundAmount));
            json.WriteNumber("personal_account_fen", Cny.FenOf(line.PersonalAccountAmount));
            json.WriteNumber("other_insurance_fen", Cny.FenOf(line.OtherInsuranceAmount));
            json.WriteNumber("reduction_fen", Cny.FenOf(line.ReductionAmount));
            json.WriteNumber("self_pay_fen", Cny.FenOf(line.SelfPayAmount));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
