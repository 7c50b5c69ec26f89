using System.Reflection;
using System.Security.Cryptography;

namespace SesameGrpc.Gateway.Pages;

/// <summary>The one style sheet of the pages. Its address changes with its text, so that browsers may keep it.</summary>
internal static class PageStyle
{
    public const string Path = "/pages.css";
    private static readonly byte[] Text = Read();

    public static string Address { get; } = $"{Path}?v={Convert.ToHexStringLower(SHA256.HashData(Text))[..12]}";

    public static Task WriteAsync(HttpContext http)
    {
        http.Response.ContentType = "text/css; charset=utf-8";
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return http.Response.Body.WriteAsync(Text, http.RequestAborted).AsTask();
    }

    private static byte[] Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("pages.css")!;
        using var reader = new BinaryReader(stream);
        return reader.ReadBytes((int)stream.Length);
    }
}
