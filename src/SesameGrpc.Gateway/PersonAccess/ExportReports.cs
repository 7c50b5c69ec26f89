using System.Text.Json;
using SesameGrpc.Gateway.Fulfilments;
using SesameGrpc.Gateway.Partners;

namespace SesameGrpc.Gateway.PersonAccess;

/// <summary>Partners' reports about the person in an export, each with all that it ever said.</summary>
internal static class ExportReports
{
    public static void WriteReport(this Utf8JsonWriter json, Report report, IEnumerable<ReportVersion> versions, PartnerSnapshot partners)
    {
        json.WriteStartObject();
        json.WriteString("fulfilment_id", report.Id);
        json.WriteString("partner", report.Partner);
        json.WriteString("partner_display_name", partners.NameOf(report.Partner));
        json.WriteString("subject", report.Subject);
        json.WriteString("report_id", report.ReportId);
        json.WriteString("programme", report.Programme);
        json.WriteString("obligation_id", report.ObligationId);
        json.WriteTime("begin_time", report.BeganMicros);
        json.WriteTime("report_time", report.ReportedMicros);
        json.WriteName("state", FulfilmentMessages.StateOf(report.Last));
        json.WriteBoolean("disputed", report.IsDisputed);
        json.WriteStartArray("versions");
        foreach (var version in versions)
        {
            json.WriteStartObject();
            json.WriteNumber("revision", version.Revision);
            json.WriteBoolean("retracted", version.IsRetracted);
            json.WriteName("kind", version.Kind);
            json.WriteName("outcome", version.Outcome);
            json.WriteNumber("days_late", version.DaysLate);
            json.WriteNumber("outstanding_fen", version.OutstandingFen);
            json.WriteTime("due_time", version.DueMicros);
            json.WriteTime("end_time", version.EndMicros);
            json.WriteTime("record_time", version.RecordedMicros);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
