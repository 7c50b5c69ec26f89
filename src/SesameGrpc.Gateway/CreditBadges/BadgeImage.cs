using System.Globalization;
using System.Net;
using SesameGrpc.Gateway.Pages.Texts;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>
/// A badge as a picture: lit or not valid, of the same shape. In its largest size it says in small print whose it is, so that a copy on another profile is seen at once; to programs and screen readers every size says it. Pure.
/// </summary>
internal static class BadgeImage
{
    private const int MostShown = 30;
    private const string Blue = "#0b57d0";
    private const string DarkBlue = "#0a2f6b";
    private const string Grey = "#6b7178";
    private const string Fonts = "system-ui,'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif";

    /// <summary>The picture of a lit badge, or, without one, of any that is not valid. The size is s, m or l; another text is m.</summary>
    public static string Of(Badge? lit, PageTexts texts, string? size)
    {
        // In units of the drawing, of which a pixel has eight parts; the largest size has room for the owner below.
        var (eighths, height) = size switch
        {
            "s" => (5, 40),
            "l" => (10, 72),
            _ => (7, 40),
        };
        var words = texts.Badges;
        var said = lit is null ? words.NotValid : words.NameOf(lit.Band);
        var description = lit is null
            ? words.NotValidDescription
            : Format(words.Description, lit.Profile, lit.Site, TimeOf(lit.ExpireMicros));
        var (strong, ink) = lit is null ? (Grey, Grey) : (Blue, DarkBlue);
        var (width, label) = (words.Width, words.LabelWidth);
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{width * eighths / 8}" height="{height
                * eighths
                / 8}" viewBox="0 0 {width} {height}" role="img" lang="{texts.Code}" font-family="{Fonts}">
            <title>{Encode(Format(words.Alternative, said))}</title><desc>{Encode(description)}</desc>
            <rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8" fill="#fff" stroke="{strong}"/>
            <path d="M8 0h{label - 8}v40H{(height > 40 ? "0" : "8a8 8 0 0 1-8-8")}V8a8 8 0 0 1 8-8z" fill="{strong}"/>
            {Mark(lit is not null, strong)}
            <text x="32" y="25.5" font-size="15" font-weight="600" fill="#fff">{Encode(words.Label)}</text>
            <text x="{(label + width) / 2}" y="25.7" font-size="16" font-weight="600" text-anchor="middle" fill="{ink}">{Encode(
                said
            )}</text>
            {(height > 40 ? Owner(lit, width, strong) : "")}</svg>
            """;
    }

    // A tick in a shield, or a cross.
    private static string Mark(bool isLit, string color)
    {
        var mark = isLit ? "M13.5 19.5l3.2 3.3 6-6.6" : "M14.3 15.8l7.4 7.4m0-7.4l-7.4 7.4";
        return $"""
            <path d="M18 9l9 3.2v6.6c0 5.4-3.7 9.8-9 11.7-5.3-1.9-9-6.3-9-11.7v-6.6z" fill="#fff"/>
            <path d="{mark}" fill="none" stroke="{color}" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/>
            """;
    }

    // A box of its own cuts off what is too wide.
    private static string Owner(Badge? lit, int width, string color)
    {
        var (profile, site) = (Shown(lit?.Profile), Shown(lit?.Site["https://".Length..]));
        return $"""
            <path d="M0 40.5h{width}" stroke="{color}"/>
            <svg x="9" y="42" width="{width - 18}" height="28" font-size="10.5">
            <text y="11.5" fill="#3c434b">{Encode(profile)}</text>
            <text y="24" fill="#5c646c">{Encode(site)}</text>
            </svg>

            """;
    }

    private static string Shown(string? text) =>
        text is null ? "–"
        : text.Length <= MostShown ? text
        : $"{text[..(MostShown - 1)]}…";

    private static string TimeOf(long micros) =>
        Instants.FromMicros(micros).ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Format(string text, params object?[] values) => string.Format(CultureInfo.InvariantCulture, text, values);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
