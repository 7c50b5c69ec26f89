using System.Text.RegularExpressions;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>Nothing in the tree that opens a door, or that ties it to one machine.</summary>
internal static partial class SecretRules
{
    private static readonly string[] KeyExtensions = [".pfx", ".p12", ".key", ".jks", ".keystore"];

    private static readonly (Regex Pattern, string Fact, string Fix)[] BannedTexts =
    [
        (PrivateKey(), "a private key", "remove it and retire it; tests mint theirs in memory"),
        (Token(), "what looks like a signed token", "remove it; tests mint theirs in memory"),
        (MachinePath(), "an absolute path of one machine", "write it relative to the repository"),
        (
            RegistryHost(),
            "the host of a package registry",
            "leave the registry to the machine's configuration (npm: omit-lockfile-registry-resolved=true)"
        ),
    ];

    /// <summary>No file is a key store by its name.</summary>
    public static IEnumerable<Finding> CheckPaths(IEnumerable<string> paths) =>
        from path in paths
        where KeyExtensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
        select new Finding(
            path,
            0,
            "a key file in the tree",
            "remove it and retire the key; development keys are minted into certs/, which git ignores"
        );

    /// <summary>No text holds a key, a token, a machine's path or a registry's host.</summary>
    public static IEnumerable<Finding> CheckTexts(IEnumerable<TextFile> files) =>
        from file in files
        from banned in BannedTexts
        from match in banned.Pattern.Matches(file.Text)
        let start = match.Groups["start"]
        select new Finding(file.Path, file.LineAt(start.Success ? start.Index : match.Index), banned.Fact, banned.Fix);

    [GeneratedRegex("-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----", RegexOptions.NonBacktracking)]
    private static partial Regex PrivateKey();

    // The first part of a compact JWS or JWE is JSON in base64url, so it begins with eyJ.
    [GeneratedRegex(@"\beyJ[\w-]{8,}\.[\w-]*\.[\w-]{8,}", RegexOptions.NonBacktracking)]
    private static partial Regex Token();

    [GeneratedRegex(
        @"(^|[^\w./~*-])(?<start>/(work|root)/|/(home|Users)/\w|[A-Za-z]:\\Users\\)",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.Multiline
    )]
    private static partial Regex MachinePath();

    [GeneratedRegex(
        @"https?://[^/\s""'<>]*(api\.nuget|registry|pypi|pythonhosted|artifactory|nexus|verdaccio|pkgs\.dev\.azure)[^/\s""'<>]*",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex RegistryHost();
}
