using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Gateway.Pages;

/// <summary>The headers of every page: no script, nothing from elsewhere, in nobody's frame, in no cache, and no address told to where a link leads.</summary>
internal static class PageHeaders
{
    public static void Write(HttpContext http) => Write(http, []);

    /// <summary>
    /// Of a page whose form's answer leads to one of these addresses elsewhere, or to the login's provider when the session has ended meanwhile: browsers hold form-action against redirects too (Content Security Policy
    /// Level 3 section 6.4.1 leaves it open, Chromium does).
    /// </summary>
    public static void Write(HttpContext http, IEnumerable<Uri> formTargets)
    {
        var login = http.RequestServices.GetRequiredService<GatewayOptions>().Login;
        var all = login.IsUpstream ? formTargets.Append(new Uri(login.Authority)) : formTargets;
        var targets = string.Concat(all.Select(target => $" {target.GetLeftPart(UriPartial.Authority)}"));
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'self'; form-action 'self'{targets}; frame-ancestors 'none'; base-uri 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        // The framework writes the same for a form, and warns of any other.
        headers.CacheControl = "no-store, no-cache";
    }
}
