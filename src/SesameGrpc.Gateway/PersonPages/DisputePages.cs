using System.Globalization;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Disputes;
using SesameGrpc.Gateway.Fulfilments;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.PersonAccess;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using Dispute = SesameGrpc.Gateway.Disputes.Dispute;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>What the person objects to, and objecting.</summary>
internal static class DisputePages
{
    private const int PageSize = 10;
    private const string Score = "score";
    private const string Refusal = "refusal";
    private const string AboutObligation = "obligation";
    private const string AboutFulfilment = "fulfilment";

    public static async Task ListAsync(HttpContext http)
    {
        var before = http.Before();
        var store = http.RequestServices.GetRequiredService<DisputeStore>();
        var filter = new DisputeFilter(before, http.Account().PersonId, IsOpen: null, DueBeforeMicros: null);
        var found = await store.ListAsync(filter, PageSize + 1, http.RequestAborted);
        var page = Page.Of(found, PageSize, dispute => dispute.Id);
        var views = new List<DisputeView>();
        foreach (var dispute in page.Items)
        {
            views.Add(new DisputeView(PersonDisputes.ToMessage(dispute), await AboutAsync(http, dispute.Topic), IsLate(http, dispute)));
        }

        await http.ShowAsync<DisputesPage>(
            StatusCodes.Status200OK,
            ("Disputes", views),
            ("Older", page.NextToken),
            ("Notice", http.Request.Query.ContainsKey(Addresses.Done) ? http.PersonTexts().Disputes.Done : "")
        );
    }

    public static async Task AskAsync(HttpContext http)
    {
        var (about, id) = (http.Request.Query["about"].ToString(), http.Request.Query["id"].ToString());
        await ShowFormAsync(http, about, id, await AboutAsync(http, TopicOf(about, id)), statement: "", fault: null);
    }

    public static async Task OpenAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (about, id, statement) = (form["about"].ToString(), form["id"].ToString(), form["statement"].ToString().Trim());
        var topic = TopicOf(about, id);

        // A browser counts a line break as one character and sends two.
        statement = statement.ReplaceLineEndings("\n");
        if (!DisputeRules.IsText(statement))
        {
            await ShowFormAsync(http, about, id, await AboutAsync(http, topic), statement, http.PersonTexts().Disputes.StatementFault);
            return;
        }

        try
        {
            var actions = http.RequestServices.GetRequiredService<PersonActions>();
            await actions.OpenDisputeAsync(http.Account(), topic, statement, PageCall.Id(http), http.RequestAborted);
        }
        catch (RefusalException exception) when (exception.Refusal.Reason == ErrorReason.StateConflict)
        {
            await ShowFormAsync(http, about, id, await AboutAsync(http, topic), statement, http.PersonTexts().Disputes.TooMany);
            return;
        }

        await http.SeeOther($"{Addresses.Disputes}?{Addresses.Done}=open");
    }

    private static Task ShowFormAsync(HttpContext http, string about, string id, string title, string statement, string? fault) =>
        http.ShowAsync<NewDisputePage>(
            fault is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity,
            ("About", about),
            ("Id", id),
            ("AboutText", title),
            ("Statement", statement),
            ("Fault", fault)
        );

    private static DisputeTopic TopicOf(string about, string id) =>
        about switch
        {
            Score => new DisputeTopic(DisputeKind.Score, ""),
            Refusal when long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out _) => new DisputeTopic(
                DisputeKind.Refusal,
                id
            ),
            AboutObligation when TimedId.Is(id) => new DisputeTopic(DisputeKind.Obligation, id),
            AboutFulfilment when TimedId.Is(id) => new DisputeTopic(DisputeKind.Fulfilment, id),
            _ => throw new RefusalException(Refuse.NotFound()),
        };

    // What it is about, in words; what is not the person's is not there.
    private static async Task<string> AboutAsync(HttpContext http, DisputeTopic topic)
    {
        var texts = http.PersonTexts().Disputes;
        var partners = http.RequestServices.GetRequiredService<PartnerDirectory>().Current;
        switch (topic.Kind)
        {
            case DisputeKind.Refusal:
                return Format(texts.AboutRefusal, topic.About);
            case DisputeKind.Obligation:
                var found = await http.RequestServices.GetRequiredService<LedgerStore>().FindAsync(topic.About, http.RequestAborted);
                return found is { } obligation && obligation.Person == http.Account().PersonId
                    ? Format(texts.AboutObligation, partners.NameOf(obligation.Partner), obligation.OrderId)
                    : throw new RefusalException(Refuse.NotFound());
            case DisputeKind.Fulfilment:
                var reports = http.RequestServices.GetRequiredService<FulfilmentStore>();
                return await reports.FindAsync(topic.About, http.RequestAborted) is { } report && report.Person == http.Account().PersonId
                    ? Format(http.PersonTexts().Fulfilments.About, partners.NameOf(report.Partner), report.ReportId)
                    : throw new RefusalException(Refuse.NotFound());
            default:
                return texts.AboutScore;
        }
    }

    private static bool IsLate(HttpContext http, Dispute dispute) =>
        dispute.Answer is null && http.RequestServices.GetRequiredService<TimeProvider>().NowMicros() > dispute.DueMicros;

    private static string Format(string text, params object[] values) => string.Format(CultureInfo.InvariantCulture, text, values);
}

/// <summary>A dispute, what it is about in words, and whether the operator is late with the answer.</summary>
public sealed record DisputeView(Contracts.Operator.V1.Dispute Dispute, string About, bool IsLate);
