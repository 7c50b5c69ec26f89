using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SesameGrpc.Cli.Output;
using SesameGrpc.Cli.Sandbox;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Demo;

/// <summary>A dating site shows a credit badge on a profile; somebody copies it, somebody forges its proof, and the person takes it back.</summary>
/// <param name="baihe">The site's calls.</param>
/// <param name="thief">Another partner's connection, with the site's tokens.</param>
/// <param name="person">The person's browser.</param>
/// <param name="visitor">The browser of somebody who looks at profiles.</param>
internal sealed partial class DatingStory(SesameClient baihe, SesameClient thief, PersonBrowser person, PersonBrowser visitor)
{
    private const string Who = "test-700";
    private const string PointBelow = "test-549";
    private const string Programme = "dating.badge";
    private const string Profile = "zhang-1990";
    private const string CopyingProfile = "li-1988";

    public async IAsyncEnumerable<DemoStep> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var issued = await baihe.CreditBadges.IssueCreditBadgeAsync(Request(Who, Profile), cancellationToken: cancellationToken);
        var id = issued.CreditBadge?.CreditBadgeId ?? "";
        yield return Issued(issued);
        yield return await PictureAsync(
            id,
            "badge",
            $"The site puts the picture on the profile {Profile}. Anybody who opens the profile sees it.",
            isLit: true,
            cancellationToken
        );
        yield return await PageAsync(id, Profile, isTheirs: true, cancellationToken);
        yield return await PageAsync(id, CopyingProfile, isTheirs: false, cancellationToken);
        yield return await new ProofCheck(visitor).RunAsync(issued.SdJwt, cancellationToken);
        yield return await RefusedAsync(cancellationToken);
        yield return await new StolenToken(thief, Who, "Baihe").RunAsync(cancellationToken);
        yield return await WithdrawAsync(cancellationToken);
        yield return await PictureAsync(id, "unlit", "Somebody opens the profile once more.", isLit: false, cancellationToken);
    }

    private static DemoStep Issued(IssueCreditBadgeResponse response)
    {
        var badge = response.CreditBadge ?? new CreditBadge();
        return new DemoStep(
            "issue",
            $"{Who} has agreed that Baihe may show a credit badge. Baihe asks for one, for the profile {Profile} on {DemoPartners.BaiheSite}.",
            $"{MessageJson.Name(badge.State)}: the band {MessageJson.Name(badge.Band)}, never the number, until {Display.Time(badge.ExpireTime)}. "
                + $"Picture and page are at {badge.VerifyUrl}; for programs there is a signed proof.",
            badge is { State: CreditBadgeState.Lit, Band: ScoreBand.Exceptional } && response.SdJwt.Length > 0,
            new JsonObject
            {
                ["subject"] = badge.Subject,
                ["credit_badge_id"] = badge.CreditBadgeId,
                ["site"] = badge.Site,
                ["profile"] = badge.Profile,
                ["state"] = MessageJson.Name(badge.State),
                ["band"] = MessageJson.Name(badge.Band),
            }
        );
    }

    private async Task<DemoStep> PictureAsync(string id, string name, string action, bool isLit, CancellationToken cancellationToken)
    {
        var svg = await visitor.OpenAsync($"/badges/{id}.svg?lang=en&size=m", cancellationToken);
        var title = Title().Match(svg).Groups["title"].Value;
        return new DemoStep(
            name,
            action,
            isLit
                ? $"A picture of {svg.Length} bytes; a screen reader says \"{title}\"."
                : $"The picture is grey, and says \"{title}\". So does a badge that never was.",
            title == (isLit ? "Credit badge: Exceptional" : "Credit badge: Not valid"),
            new JsonObject { ["title"] = title, ["bytes"] = svg.Length }
        );
    }

    private async Task<DemoStep> PageAsync(string id, string seenOn, bool isTheirs, CancellationToken cancellationToken)
    {
        var page = await visitor.OpenAsync($"/badges/{id}?lang=en&profile={seenOn}", cancellationToken);
        var answer = Answer().Match(page).Groups["answer"].Value;
        return new DemoStep(
            isTheirs ? "verify" : "copy",
            isTheirs
                ? $"A visitor of {seenOn} clicks on the badge and asks whether it belongs there."
                : $"{seenOn} has copied the picture and the link onto their own profile. A visitor clicks on it.",
            answer,
            answer.StartsWith(isTheirs ? "Yes" : "No", StringComparison.Ordinal),
            new JsonObject { ["seen_on"] = seenOn, ["answer"] = answer }
        );
    }

    private async Task<DemoStep> RefusedAsync(CancellationToken cancellationToken)
    {
        var response = await baihe.CreditBadges.IssueCreditBadgeAsync(
            Request(PointBelow, "wang-1995"),
            cancellationToken: cancellationToken
        );
        var reasons = response.NotIssued?.Reasons ?? [];
        return new DemoStep(
            "refused",
            $"{PointBelow} would like a badge too, but Baihe shows badges from GOOD on.",
            $"NOT_ISSUED. {Display.Reasons(reasons)} The profile has no badge, as most have none; nobody is told why.",
            reasons.Any(detail => detail.Reason == DecisionReason.ScoreTooLow),
            new JsonObject
            {
                ["subject"] = PointBelow,
                ["state"] = response.NotIssued is null ? MessageJson.Name(response.CreditBadge.State) : "NOT_ISSUED",
                ["reasons"] = StoryFields.Of(reasons),
            }
        );
    }

    private async Task<DemoStep> WithdrawAsync(CancellationToken cancellationToken)
    {
        var page = await person.OpenAsAsync("/me/consents?lang=en", Who, cancellationToken);
        var isShown = page.Contains(Profile, StringComparison.Ordinal);
        var shown = await person.SubmitAsync(page, "/me/consents", "action", "withdraw", cancellationToken);
        return new DemoStep(
            "withdraw",
            $"{Who} sees on their own page where the badge is shown, and withdraws the consent with one click.",
            "The gateway tells nobody of the badge any more; what other sites' caches have kept of it is gone within a minute.",
            isShown && shown.AbsolutePath == "/me/consents",
            new JsonObject { ["subject"] = Who, ["page"] = shown.PathAndQuery }
        );
    }

    private static IssueCreditBadgeRequest Request(string subject, string profile) =>
        new()
        {
            RequestId = Guid.NewGuid().ToString(),
            Subject = subject,
            Programme = Programme,
            Site = DemoPartners.BaiheSite,
            Profile = profile,
        };

    [GeneratedRegex("<title>(?<title>.*?)</title>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Title();

    [GeneratedRegex(
        "id=\"answer\">(?<answer>.*?)</p>",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Answer();
}
