using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>What the page shows of a lit badge.</summary>
/// <param name="Id">Of the badge.</param>
/// <param name="Site">Which site it belongs to.</param>
/// <param name="Profile">Which profile there.</param>
/// <param name="Band">What it says.</param>
/// <param name="Picture">The same as a picture: SVG.</param>
/// <param name="ExpireTime">Until when it is lit.</param>
/// <param name="CheckTime">When it was looked at for this page.</param>
public sealed record BadgeView(
    string Id,
    string Site,
    string Profile,
    ScoreBand Band,
    string Picture,
    Timestamp ExpireTime,
    Timestamp CheckTime
);

/// <summary>The page where anybody can check a badge, and whether it belongs to the profile that it was seen on.</summary>
internal static class BadgePages
{
    /// <summary>Query parameter: the profile that the visitor comes from.</summary>
    public const string Profile = "profile";

    private const string Site = "site";

    /// <summary>Whether what follows the root of badges' addresses is a badge's page: one part without a dot.</summary>
    public static bool IsPage(PathString rest) => rest.Value is { Length: > 1 } path && path.AsSpan(1).IndexOfAny('/', '.') < 0;

    public static void Map(IEndpointRouteBuilder pages) => pages.MapGet($"{BadgeAddresses.Root}/{{id}}", ShowAsync);

    private static async Task ShowAsync(HttpContext http)
    {
        var services = http.RequestServices;
        var id = http.Request.RouteValues["id"] as string ?? "";
        var lit = await services.GetRequiredService<BadgeStanding>().FindLitAsync(id, http.RequestAborted);
        services.GetRequiredService<BadgeMetrics>().Record("page", lit is not null);
        await http.ShowAsync<BadgePage>(
            StatusCodes.Status200OK,
            ("Badge", lit is null ? null : ViewOf(lit, http)),
            ("Asked", http.Request.Query[Profile].ToString()),
            ("IsTheirs", lit is not null && IsOf(lit, http.Request.Query))
        );
    }

    private static BadgeView ViewOf(Badge badge, HttpContext http) =>
        new(
            badge.Id,
            badge.Site,
            badge.Profile,
            badge.Band,
            BadgeImage.Of(badge, http.Texts(), "l"),
            Instants.ToTimestamp(badge.ExpireMicros),
            Instants.ToTimestamp(http.RequestServices.GetRequiredService<TimeProvider>().NowMicros())
        );

    // What a visitor types may have a space around it.
    private static bool IsOf(Badge badge, IQueryCollection asked) =>
        string.Equals(asked[Profile].ToString().Trim(), badge.Profile, StringComparison.Ordinal)
        && asked[Site].ToString() is var site
        && (site.Length == 0 || string.Equals(site, badge.Site, StringComparison.Ordinal));
}
