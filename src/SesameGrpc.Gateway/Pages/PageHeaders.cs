using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Gateway.Pages;

/// <summary>The headers of every page: no script, nothing from elsewhere, in nobody's frame, in no cache, and no address told to where a link leads.</summary>
internal static class PageHeaders
{
    public static void Write(HttpContext http) => Write(http, leadsElsewhere: false);

    /// <summary>
    /// Of a page whose form's answer leads elsewhere, to a partner; any may lead to the login's provider, when the session has ended meanwhile. Browsers hold form-action against redirects too, against every one of a chain (Content
    /// Security Policy Level 3 section 6.4.1 leaves it open, Chromium does), and where a partner leads on to is the partner's business.
    /// </summary>
    public static void Write(HttpContext http, bool leadsElsewhere)
    {
        var options = http.RequestServices.GetRequiredService<GatewayOptions>();
        var targets =
            leadsElsewhere && options.Mode == GatewayMode.Sandbox ? "'self' https: http:"
            : leadsElsewhere ? "'self' https:"
            : options.Login.IsUpstream ? $"'self' {new Uri(options.Login.Authority).GetLeftPart(UriPartial.Authority)}"
            : "'self'";
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'self'; form-action {targets}; frame-ancestors 'none'; base-uri 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (options.Mode == GatewayMode.Production)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        // The framework writes the same for a form, and warns of any other.
        headers.CacheControl = "no-store, no-cache";
    }
}
