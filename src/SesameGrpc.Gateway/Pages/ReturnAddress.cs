namespace SesameGrpc.Gateway.Pages;

/// <summary>Where a person goes after logging in. Only an address on these pages counts, so that no link leads through the login to elsewhere.</summary>
internal static class ReturnAddress
{
    public const string Parameter = "return";
    public const string Home = "/me";
    private const int MostCharacters = 2000;

    /// <summary>The address, if it is a path here; else the person's own page.</summary>
    public static string Checked(string? address) =>
        address is ['/', ..]
        && address.Length <= MostCharacters
        && (address.Length == 1 || address[1] is not ('/' or '\\'))
        && address.All(character => character is > ' ' and <= '~')
            ? address
            : Home;

    /// <summary>A page's address with the one to return to from there.</summary>
    public static string Through(string page, string address) => $"{page}?{Parameter}={Uri.EscapeDataString(address)}";
}
