using System.Text.Encodings.Web;
using System.Text.Json;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.CreditBadges;
using SesameGrpc.Gateway.Disputes;
using SesameGrpc.Gateway.Fulfilments;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.PersonAccess;

/// <summary>
/// Writes everything that is stored of a person as one JSON object, page by page, so that memory is bounded however much there is. Its names are explained in docs/person.md and stay
/// as they are: new ones may come.
/// </summary>
internal sealed class PersonExport(
    ConsentStore consents,
    LedgerStore ledger,
    FulfilmentStore reports,
    DisputeStore disputes,
    BadgeStore badges,
    BadgeStanding standing,
    PersonVersionStore versions,
    AccessHistory accesses,
    PartnerDirectory partners,
    GatewayOptions options,
    TimeProvider time
)
{
    private const int PageSize = 500;

    // The text is a file of its own, never part of a page: Chinese stays readable.
    private static readonly JsonWriterOptions Format = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the export; of the accesses the newest, at most so many. It says whether those were all.</summary>
    public async Task WriteAsync(Stream output, PersonRow person, int mostAccesses, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(output, Format);
        var now = time.NowMicros();
        json.WriteStartObject();
        json.WriteString("format", "sesame-person-export");
        json.WriteNumber("format_version", 1);
        json.WriteTime("export_time", now);
        json.WritePerson(person);
        json.WriteScore(person, options.Persons.ScoreValidity);
        await WriteFormerScoresAsync(json, person, cancellationToken);
        await WriteConsentsAsync(json, person, now, cancellationToken);
        await WriteObligationsAsync(json, person, cancellationToken);
        await WriteBadgesAsync(json, person, cancellationToken);
        await WriteReportsAsync(json, person, cancellationToken);
        await WriteDisputesAsync(json, person, cancellationToken);
        await WriteAccessesAsync(json, person, mostAccesses, cancellationToken);
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    private async Task WriteFormerScoresAsync(Utf8JsonWriter json, PersonRow person, CancellationToken cancellationToken)
    {
        json.WriteStartArray("former_scores");
        var page = new List<PersonVersion>();
        do
        {
            page = await versions.ListAsync(person.Id, page.LastOrDefault()?.Version ?? 0, PageSize, cancellationToken);
            page.ForEach(json.WriteFormerScore);
            await json.FlushAsync(cancellationToken);
        } while (page.Count == PageSize);

        json.WriteEndArray();
    }

    private async Task WriteConsentsAsync(Utf8JsonWriter json, PersonRow person, long now, CancellationToken cancellationToken)
    {
        json.WriteStartArray("consents");
        var page = new List<Consent>();
        do
        {
            page = await consents.ListOfPersonAsync(person.Id, page.LastOrDefault()?.Id ?? "", PageSize, cancellationToken);
            page.ForEach(consent => json.WriteConsent(PersonMessages.ToMessage(consent, partners.Current, now)));
            await json.FlushAsync(cancellationToken);
        } while (page.Count == PageSize);

        json.WriteEndArray();
    }

    private async Task WriteObligationsAsync(Utf8JsonWriter json, PersonRow person, CancellationToken cancellationToken)
    {
        json.WriteStartArray("obligations");
        var page = new List<Obligation>();
        do
        {
            var filter = new ObligationFilter(page.LastOrDefault()?.Id ?? "", Kind: null, Partner: "", person.Id, Subject: "", State: null);
            page = await ledger.ListAsync(filter, PageSize, cancellationToken);
            page.ForEach(obligation => json.WriteObligation(obligation, partners.Current));
            await json.FlushAsync(cancellationToken);
        } while (page.Count == PageSize);

        json.WriteEndArray();
    }

    private async Task WriteBadgesAsync(Utf8JsonWriter json, PersonRow person, CancellationToken cancellationToken)
    {
        json.WriteStartArray("credit_badges");
        var page = new List<BadgeReading>();
        do
        {
            page = await badges.ListOfPersonAsync(person.Id, page.LastOrDefault()?.Badge.Id ?? "", PageSize, cancellationToken);
            page.ForEach(reading => json.WriteBadge(reading.Badge, standing.StateOf(reading)));
            await json.FlushAsync(cancellationToken);
        } while (page.Count == PageSize);

        json.WriteEndArray();
    }

    private async Task WriteReportsAsync(Utf8JsonWriter json, PersonRow person, CancellationToken cancellationToken)
    {
        json.WriteStartArray("fulfilments");
        var page = new List<Report>();
        do
        {
            page = await reports.ListAsync(
                new ReportFilter(page.LastOrDefault()?.Id ?? "", Person: person.Id),
                PageSize,
                cancellationToken
            );
            foreach (var report in page)
            {
                json.WriteReport(report, await reports.VersionsAsync(report.Id, cancellationToken), partners.Current);
            }

            await json.FlushAsync(cancellationToken);
        } while (page.Count == PageSize);

        json.WriteEndArray();
    }

    private async Task WriteDisputesAsync(Utf8JsonWriter json, PersonRow person, CancellationToken cancellationToken)
    {
        json.WriteStartArray("disputes");
        var page = new List<Dispute>();
        do
        {
            var filter = new DisputeFilter(page.LastOrDefault()?.Id ?? "", person.Id, IsOpen: null, DueBeforeMicros: null);
            page = await disputes.ListAsync(filter, PageSize, cancellationToken);
            page.ForEach(dispute => json.WriteDispute(PersonDisputes.ToMessage(dispute)));
            await json.FlushAsync(cancellationToken);
        } while (page.Count == PageSize);

        json.WriteEndArray();
    }

    private async Task WriteAccessesAsync(Utf8JsonWriter json, PersonRow person, int most, CancellationToken cancellationToken)
    {
        json.WriteStartArray("accesses");
        var (before, left, isMore) = (long.MaxValue, most, true);
        while (isMore && left > 0)
        {
            var size = Math.Min(PageSize, left);
            var page = await accesses.ListAsync(person, before, size + 1, cancellationToken);
            isMore = page.Count > size;
            foreach (var leaf in page.Take(size))
            {
                json.WriteAccess(AccessMessages.ToMessage(leaf, partners.Current));
                before = leaf.Index;
            }

            left -= size;
            await json.FlushAsync(cancellationToken);
        }

        json.WriteEndArray();
        json.WriteNumber("accesses_limit", most);
        json.WriteBoolean("accesses_complete", !isMore);
    }
}
