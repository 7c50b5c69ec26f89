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
        await WriteAllAsync<PersonVersion>(
            json,
            "former_scores",
            last => versions.ListAsync(person.Id, last?.Version ?? 0, PageSize, cancellationToken),
            json.WriteFormerScore,
            cancellationToken
        );
        await WriteAllAsync<Consent>(
            json,
            "consents",
            last => consents.ListOfPersonAsync(person.Id, last?.Id ?? "", PageSize, cancellationToken),
            consent => json.WriteConsent(PersonMessages.ToMessage(consent, partners.Current, now)),
            cancellationToken
        );
        await WriteAllAsync<Obligation>(
            json,
            "obligations",
            last =>
                ledger.ListAsync(
                    new(last?.Id ?? "", Kind: null, Partner: "", person.Id, Subject: "", State: null),
                    PageSize,
                    cancellationToken
                ),
            obligation => json.WriteObligation(obligation, partners.Current),
            cancellationToken
        );
        await WriteAllAsync<BadgeReading>(
            json,
            "credit_badges",
            last => badges.ListOfPersonAsync(person.Id, last?.Badge.Id ?? "", PageSize, cancellationToken),
            reading => json.WriteBadge(reading.Badge, standing.StateOf(reading)),
            cancellationToken
        );
        await WriteAllAsync<ReportHistory>(
            json,
            "fulfilments",
            last => ListReportsAsync(person, last?.Report.Id ?? "", cancellationToken),
            history => json.WriteReport(history.Report, history.Versions, partners.Current),
            cancellationToken
        );
        await WriteAllAsync<Dispute>(
            json,
            "disputes",
            last => disputes.ListAsync(new(last?.Id ?? "", person.Id, IsOpen: null, DueBeforeMicros: null), PageSize, cancellationToken),
            dispute => json.WriteDispute(PersonDisputes.ToMessage(dispute)),
            cancellationToken
        );
        await WriteAccessesAsync(json, person, mostAccesses, cancellationToken);
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    // Page by page, so that nobody's history has to fit into memory; each page is read behind the last entry of the one before.
    private static async Task WriteAllAsync<T>(
        Utf8JsonWriter json,
        string name,
        Func<T?, Task<List<T>>> readAsync,
        Action<T> write,
        CancellationToken cancellationToken
    )
        where T : class
    {
        json.WriteStartArray(name);
        var page = new List<T>();
        do
        {
            page = await readAsync(page.LastOrDefault());
            page.ForEach(write);
            await json.FlushAsync(cancellationToken);
        } while (page.Count == PageSize);

        json.WriteEndArray();
    }

    private async Task<List<ReportHistory>> ListReportsAsync(PersonRow person, string belowId, CancellationToken cancellationToken)
    {
        var histories = new List<ReportHistory>();
        foreach (var report in await reports.ListAsync(new ReportFilter(belowId, Person: person.Id), PageSize, cancellationToken))
        {
            histories.Add(new ReportHistory(report, await reports.VersionsAsync(report.Id, cancellationToken)));
        }

        return histories;
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

    private sealed record ReportHistory(Report Report, List<ReportVersion> Versions);
}
