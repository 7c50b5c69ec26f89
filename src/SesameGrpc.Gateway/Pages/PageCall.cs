using System.Security.Cryptography;

namespace SesameGrpc.Gateway.Pages;

/// <summary>Names a request of a page, as the audit log and a fault's page have it: 32 hexadecimal digits.</summary>
internal static class PageCall
{
    public static string Id(HttpContext http)
    {
        if (!http.Items.TryGetValue(typeof(PageCall), out var id))
        {
            http.Items[typeof(PageCall)] = id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        }

        return (string)id!;
    }
}
