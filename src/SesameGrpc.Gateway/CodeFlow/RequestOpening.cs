using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace SesameGrpc.Gateway.CodeFlow;

/// <summary>
/// When a pushed request may be opened, and by whom: in its first 90 seconds by any browser, later only by one that opened it in time, which a sealed cookie
/// says. So a person has minutes to log in and to decide, and a link that was passed on late opens nothing.
/// </summary>
internal sealed class RequestOpening(IDataProtectionProvider protection, TimeProvider time)
{
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(90);
    private const string Cookie = "__Host-request";
    private readonly IDataProtector protector = protection.CreateProtector("opened requests");

    /// <summary>Whether this browser may go on with the request; if it is in time, it may until the request ends.</summary>
    public bool Opens(HttpContext http, OpenIddictRequest request)
    {
        var name = SHA256.HashData(Encoding.UTF8.GetBytes(request.RequestUri ?? ""));
        if (PushedTime(http) is { } pushed && time.GetUtcNow() - pushed <= Window)
        {
            var text = Convert.ToBase64String(protector.Protect(name));
            var cookie = new CookieOptions
            {
                Secure = true,
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                IsEssential = true,
            };
            http.Response.Cookies.Append(Cookie, text, cookie);
            return true;
        }

        return http.Request.Cookies[Cookie] is { } mark && IsMarkOf(mark, name);
    }

    private static DateTimeOffset? PushedTime(HttpContext http)
    {
        var transaction = http.Features.Get<OpenIddictServerAspNetCoreFeature>()?.Transaction;
        return transaction
            ?.GetProperty<ProcessAuthenticationContext>(typeof(ProcessAuthenticationContext).FullName!)
            ?.RequestTokenPrincipal?.GetCreationDate();
    }

    private bool IsMarkOf(string mark, byte[] name)
    {
        try
        {
            return CryptographicOperations.FixedTimeEquals(protector.Unprotect(Convert.FromBase64String(mark)), name);
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            return false;
        }
    }
}
