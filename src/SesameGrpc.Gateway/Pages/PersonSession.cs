using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace SesameGrpc.Gateway.Pages;

/// <summary>
/// Who is logged in on the pages: a sealed cookie that every instance reads, kept for 15 minutes after the last page and at most 8 hours. It names a person by
/// the gateway's own id; only of somebody who does not take part yet, and has none, it holds the id that the login gave.
/// </summary>
internal static class PersonSession
{
    public const string Scheme = "person";
    private const string PersonClaim = "sub";
    private const string ExternalClaim = "external_id";
    private const string BeganItem = "began";
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(8);

    public static void Configure(CookieAuthenticationOptions cookie)
    {
        cookie.Cookie.Name = "__Host-person";
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.Always;
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.IsEssential = true;

        // Lax, not Strict: the person comes to the consent page from the partner's, and is to be logged in there.
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.ExpireTimeSpan = Idle;
        cookie.SlidingExpiration = true;
        cookie.Events.OnValidatePrincipal = EndAfterLongestAsync;
    }

    /// <summary>The gateway's id of the person who is logged in; null: nobody, or somebody who does not take part yet.</summary>
    public static string? PersonId(this HttpContext http) => http.User.FindFirstValue(PersonClaim);

    /// <summary>The login's id of somebody who does not take part yet.</summary>
    public static string? ExternalId(this HttpContext http) => http.User.FindFirstValue(ExternalClaim);

    /// <summary>Logs a person in; without a person's id, somebody who does not take part yet.</summary>
    public static Task BeginAsync(HttpContext http, string externalId, string? personId)
    {
        var claim = personId is null ? new Claim(ExternalClaim, externalId) : new Claim(PersonClaim, personId);
        var time = http.RequestServices.GetRequiredService<TimeProvider>();
        var properties = new AuthenticationProperties { Items = { [BeganItem] = $"{time.GetUtcNow():O}" } };
        return http.SignInAsync(Scheme, new ClaimsPrincipal(new ClaimsIdentity([claim], Scheme)), properties);
    }

    public static Task EndAsync(HttpContext http) => http.SignOutAsync(Scheme);

    /// <summary>Reads the cookie.</summary>
    public static async Task ReadAsync(HttpContext http)
    {
        if ((await http.AuthenticateAsync(Scheme)).Principal is { } person)
        {
            http.User = person;
        }
    }

    private static Task EndAfterLongestAsync(CookieValidatePrincipalContext context)
    {
        var time = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>();
        var began = default(DateTimeOffset);
        var isKnown = context.Properties.Items.TryGetValue(BeganItem, out var text) && DateTimeOffset.TryParse(text, out began);
        if (!isKnown || time.GetUtcNow() - began > Longest)
        {
            context.RejectPrincipal();
        }

        return Task.CompletedTask;
    }
}
