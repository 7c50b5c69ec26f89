using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.CreditBadges;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.PersonAccess;
using SesameGrpc.Gateway.PersonPages.Texts;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using CreditBadgeState = SesameGrpc.Contracts.Partner.V1.CreditBadgeState;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>A consent, for each of <see cref="OwnConsents.Fields"/> whether it may be told under it, and the badges that are lit under it.</summary>
public sealed record ConsentView(PersonConsent Consent, IReadOnlyList<bool> IsTold, IReadOnlyList<ShownBadge> Badges);

/// <summary>A badge that anybody can see, and the address of the page where.</summary>
public sealed record ShownBadge(string Site, string Profile, string Address);

/// <summary>What the person has agreed to, and taking it back.</summary>
internal static class OwnConsents
{
    private const int PageSize = 10;
    private const int MostBadges = 100;

    /// <summary>What may be told, in the order in which it is shown.</summary>
    public static IReadOnlyList<PersonField> Fields { get; } =
    [
        PersonField.Band,
        PersonField.Score,
        PersonField.Dimensions,
        PersonField.Decision,
        PersonField.Terms,
        PersonField.PublicBand,
        PersonField.Report,
    ];

    public static async Task ListAsync(HttpContext http)
    {
        var before = http.Before();
        var services = http.RequestServices;
        var store = services.GetRequiredService<ConsentStore>();
        var partners = services.GetRequiredService<PartnerDirectory>().Current;
        var now = services.GetRequiredService<TimeProvider>().NowMicros();
        var person = http.Account().PersonId;

        // Those that are live come first, all of them: there is at most one for each partner.
        var live = await store.ListLiveAsync(person, http.RequestAborted);
        var found = await store.ListOfPersonAsync(person, before, PageSize + 1, http.RequestAborted);
        var page = Page.Of(found, PageSize, consent => consent.Id);
        var all = live.OrderByDescending(consent => consent.Id, StringComparer.Ordinal)
            .Concat(page.Items.Where(consent => !consent.IsLive));
        var badges = await BadgesOfAsync(http, person);
        var views = all.Select(consent => ViewOf(consent, partners, badges[consent.Id], now)).ToList();
        await http.ShowAsync<ConsentsPage>(
            StatusCodes.Status200OK,
            ("Active", views.Where(view => IsActive(view.Consent)).ToList()),
            ("Ended", views.Where(view => !IsActive(view.Consent)).ToList()),
            ("Programmes", ProgrammeNames.Of(http)),
            ("Older", page.NextToken),
            ("Notice", NoticeOf(http.Request.Query[Addresses.Done].ToString(), live.Count, http.PersonTexts().Consents))
        );
    }

    public static async Task ChangeAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (id, action) = (form["consent_id"].ToString(), form["action"].ToString());
        var actions = http.RequestServices.GetRequiredService<ConsentActions>();
        var (person, call) = (http.Account(), PageCall.Id(http));
        await (
            action switch
            {
                "withdraw" => actions.WithdrawAsync(person, id, call, http.RequestAborted),
                "suspend" => actions.SuspendAsync(person, id, call, http.RequestAborted),
                "resume" => actions.ResumeAsync(person, id, call, http.RequestAborted),
                _ => throw new RefusalException(Refuse.NotFound()),
            }
        );
        await http.SeeOther($"{Addresses.Consents}?{Addresses.Done}={action}");
    }

    public static async Task AskWithdrawAllAsync(HttpContext http)
    {
        var live = await http
            .RequestServices.GetRequiredService<ConsentStore>()
            .ListLiveAsync(http.Account().PersonId, http.RequestAborted);
        await http.ShowAsync<WithdrawAllPage>(StatusCodes.Status200OK, ("Count", live.Count));
    }

    public static async Task WithdrawAllAsync(HttpContext http)
    {
        var actions = http.RequestServices.GetRequiredService<ConsentActions>();
        await actions.WithdrawAllAsync(http.Account(), PageCall.Id(http), http.RequestAborted);
        await http.SeeOther($"{Addresses.Consents}?{Addresses.Done}=withdraw-all");
    }

    // The newest: each lives a day unless it is renewed.
    private static async Task<ILookup<string, ShownBadge>> BadgesOfAsync(HttpContext http, string person)
    {
        var standing = http.RequestServices.GetRequiredService<BadgeStanding>();
        var store = http.RequestServices.GetRequiredService<BadgeStore>();
        var found = await store.ListOfPersonAsync(person, "", MostBadges, http.RequestAborted);
        return found
            .Where(reading => standing.StateOf(reading) == CreditBadgeState.Lit)
            .ToLookup(
                reading => reading.Consent.Id,
                reading => new ShownBadge(reading.Badge.Site, reading.Badge.Profile, $"{BadgeAddresses.Root}/{reading.Badge.Id}")
            );
    }

    private static ConsentView ViewOf(Consent consent, PartnerSnapshot partners, IEnumerable<ShownBadge> badges, long now)
    {
        var told = consent.Scopes.Aggregate(PersonField.None, (fields, scope) => fields | Minimisation.FieldsOf(scope));

        // What the partner's kind may be told now is the border, whatever was agreed to.
        if (partners.Find(consent.Partner) is { } partner)
        {
            told &= Minimisation.FieldsOf(partner.Document.Kind, consent.Purpose);
        }

        return new ConsentView(
            PersonMessages.ToMessage(consent, partners, now),
            [.. Fields.Select(field => told.HasFlag(field))],
            [.. badges]
        );
    }

    private static bool IsActive(PersonConsent consent) =>
        consent.State is Contracts.Operator.V1.ConsentState.Active or Contracts.Operator.V1.ConsentState.Suspended;

    // What the address says is said only as far as it is so.
    private static string NoticeOf(string done, int live, OwnConsentTexts texts) =>
        done switch
        {
            "withdraw" => texts.Withdrawn,
            "withdraw-all" when live == 0 => texts.AllWithdrawn,
            "suspend" => texts.Suspended,
            "resume" => texts.Resumed,
            _ => "",
        };
}
