using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using SesameGrpc.Gateway.Pages.Texts;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>What sites and programs fetch of badges: pictures, status lists, the key. For everybody, from everywhere, and not for long.</summary>
internal sealed class BadgeDocuments(
    BadgeStanding standing,
    StatusLists lists,
    BadgeSigner signer,
    BadgeAddresses addresses,
    BadgeMetrics metrics
)
{
    /// <summary>How long browsers and caches may keep a picture: half of the minute in which a badge goes out.</summary>
    public static readonly TimeSpan PictureLifetime = TimeSpan.FromSeconds(30);

    // Keys change with the master key alone.
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromMinutes(5);

    private readonly string metadata = new JsonObject { ["issuer"] = addresses.Issuer, ["jwks_uri"] = addresses.Keys }.ToJsonString();

    public static bool IsDocument(HttpContext http) =>
        http.Request.Path == BadgeAddresses.IssuerPath
        || (http.Request.Path.StartsWithSegments(BadgeAddresses.Root, StringComparison.Ordinal, out var rest) && !BadgePages.IsPage(rest));

    public void Map(IApplicationBuilder branch)
    {
        branch.Use(UnlessOutageAsync);
        branch.UseRouting();
        branch.UseEndpoints(endpoints =>
        {
            Get(endpoints, $"{BadgeAddresses.Root}/{{id}}.svg", WritePictureAsync);
            Get(endpoints, $"{BadgeAddresses.Root}/status/{{list}}", WriteStatusAsync);
            Get(endpoints, BadgeAddresses.KeysPath, http => WriteAsync(http, signer.KeySet, "application/jwk-set+json", KeyLifetime));
            Get(endpoints, BadgeAddresses.IssuerPath, http => WriteAsync(http, metadata, "application/json", KeyLifetime));
        });
    }

    private static void Get(IEndpointRouteBuilder endpoints, string address, RequestDelegate document) =>
        endpoints.MapMethods(address, [HttpMethods.Get, HttpMethods.Head], document);

    // No picture is better than one of which nobody knows whether it still holds.
    private static async Task UnlessOutageAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (Exception exception) when (StoreFaults.IsOutage(exception) && !http.Response.HasStarted)
        {
            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            http.Response.Headers.RetryAfter = "1";
        }
    }

    private async Task WritePictureAsync(HttpContext http)
    {
        var texts = PageTexts.Find(http.Request.Query["lang"]) ?? PageTexts.Chinese;
        var lit = await standing.FindLitAsync(http.Request.RouteValues["id"] as string ?? "", http.RequestAborted);
        metrics.Record("picture", lit is not null);
        await WriteAsync(http, BadgeImage.Of(lit, texts, http.Request.Query["size"]), "image/svg+xml; charset=utf-8", PictureLifetime);
    }

    private async Task WriteStatusAsync(HttpContext http)
    {
        if (
            !long.TryParse(http.Request.RouteValues["list"] as string, System.Globalization.NumberStyles.None, null, out var number)
            || await lists.FindAsync(number, http.RequestAborted) is not { } list
        )
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await WriteAsync(http, list, "application/statuslist+jwt", StatusLists.TimeToLive);
    }

    private static async Task WriteAsync(HttpContext http, string text, string type, TimeSpan lifetime)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"";
        var headers = http.Response.Headers;
        headers.ETag = tag;
        headers.CacheControl = $"public, max-age={lifetime.TotalSeconds:0}, must-revalidate";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        headers.AccessControlAllowOrigin = "*";
        if (IsKnown(http.Request.Headers.IfNoneMatch, tag))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = type;
        http.Response.ContentLength = bytes.Length;
        if (HttpMethods.IsGet(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        }
    }

    // RFC 9110 section 13.1.2: any of the listed, compared weakly.
    private static bool IsKnown(StringValues header, string tag) =>
        EntityTagHeaderValue.TryParseList(header, out var known)
        && known.Any(item => item.Tag == "*" || item.Compare(new EntityTagHeaderValue(tag), useStrongComparison: false));
}
