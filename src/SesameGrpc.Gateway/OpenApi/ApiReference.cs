using System.Security.Cryptography;
using System.Text;
using Scalar.AspNetCore;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Gateway.OpenApi;

/// <summary>The partners' methods over HTTP+JSON for everybody to read, on the public listener: the OpenAPI document, and Scalar's pages of it. They send no call: a browser has no partner's certificate.</summary>
internal static class ApiReference
{
    private const string DocumentPath = "/openapi.json";
    private const string PagesPath = "/api";
    private const string NonceKey = "nonce";

    public static bool IsReference(HttpContext http) =>
        http.Request.Path == DocumentPath || http.Request.Path.StartsWithSegments(PagesPath, StringComparison.Ordinal);

    public static void MapReference(this IApplicationBuilder branch, GatewayOptions options)
    {
        var document = new Lazy<string>(() => Create(options));
        branch.Use(WriteHeadersAsync);
        branch.UseRouting();
        branch.UseEndpoints(endpoints =>
        {
            endpoints.MapGet(
                DocumentPath,
                http =>
                {
                    http.Response.ContentType = "application/json";
                    http.Response.Headers.AccessControlAllowOrigin = "*";
                    return http.Response.WriteAsync(document.Value, Encoding.UTF8, http.RequestAborted);
                }
            );
            endpoints.MapScalarApiReference(PagesPath, Configure);
        });
    }

    private static string Create(GatewayOptions options)
    {
        var issuer = options.Tokens.ExternalIssuer.Length > 0 ? options.Tokens.ExternalIssuer : options.Listeners.PublicUrl;
        return OpenApiDocument
            .Create(options.Listeners.PartnerUrl.TrimEnd('/'), $"{issuer.TrimEnd('/')}/.well-known/openid-configuration")
            .ToJsonString();
    }

    // The pages need the script that comes with them; nothing is loaded from elsewhere, and nothing is sent there.
    private static Task WriteHeadersAsync(HttpContext http, RequestDelegate next)
    {
        var nonce = RandomNumberGenerator.GetHexString(32);
        http.Items[NonceKey] = nonce;
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; connect-src 'self'; form-action 'none'; "
            + "frame-ancestors 'none'; base-uri 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return next(http);
    }

    private static void Configure(ScalarOptions scalar, HttpContext http) =>
        scalar
            .WithTitle("SesameGrpc for partners")
            .WithNonce((string)http.Items[NonceKey]!)
            .WithOpenApiRoutePattern(DocumentPath)
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideClientButton()
            .HideTestRequestButton()
            .HideDeveloperTools();
}
