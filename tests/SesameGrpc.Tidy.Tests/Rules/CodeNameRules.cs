using System.Text.RegularExpressions;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>Code names in the architecture page are names of code that is there.</summary>
internal static partial class CodeNameRules
{
    /// <summary>Names of the platform and of packages that the page may use.</summary>
    public static IReadOnlySet<string> Foreign { get; } =
        new HashSet<string>(StringComparer.Ordinal)
        {
            "BackgroundService",
            "BadRequest",
            "CancellationToken",
            "ConcurrentDictionary",
            "DateTimeOffset",
            "ErrorInfo",
            "HttpContext",
            "JsonWebTokenHandler",
            "LoggerMessage",
            "OpenIddict",
            "QuotaFailure",
            "RequestInfo",
            "RetryInfo",
            "RpcException",
            "ServerCallContext",
            "TimeProvider",
            "TimeSpan",
            "TlsHandshakeCallbackOptions",
            "X509Certificate2",
        };

    /// <summary>
    /// Checks what stands in backticks: a name in PascalCase of two humps or more must be declared in the files, and
    /// Type.Member in one file; the name of a C# file must be a file's.
    /// </summary>
    public static IEnumerable<Finding> Check(TextFile? page, IReadOnlyCollection<TextFile> source, IEnumerable<string> protoNames)
    {
        var known = Foreign.Concat(protoNames).ToHashSet(StringComparer.Ordinal);
        var declared = new DeclaredNames(source);
        foreach (var (code, position) in page is null ? [] : MarkdownText.CodeSpansOf(page.Text))
        {
            var line = page!.LineAt(position);
            if (code.EndsWith(".cs", StringComparison.Ordinal))
            {
                if (!source.Any(file => ("/" + file.Path).EndsWith("/" + code, StringComparison.Ordinal)))
                {
                    yield return new Finding(page.Path, line, $"`{code}` is no file in src", "correct the name");
                }

                continue;
            }

            var parts = Generic().Replace(code, "").TrimEnd('(', ')').Split('.');
            var isName = parts.All(part => Identifier().IsMatch(part)) && TwoHumps().IsMatch(parts[0]);
            if (isName && !known.Contains(parts[0]) && !declared.Has(parts))
            {
                yield return new Finding(
                    page.Path,
                    line,
                    $"`{code}` is declared nowhere in src",
                    "correct the name, or add a foreign one to CodeNameRules"
                );
            }
        }
    }

    [GeneratedRegex("<[^>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex Generic();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$", RegexOptions.NonBacktracking)]
    private static partial Regex Identifier();

    [GeneratedRegex("^[A-Z][a-z0-9]*[a-z0-9][A-Z][A-Za-z0-9]*$|^I[A-Z][a-z][A-Za-z0-9]*$", RegexOptions.NonBacktracking)]
    private static partial Regex TwoHumps();

    /// <summary>What the source declares, by name.</summary>
    private sealed class DeclaredNames(IReadOnlyCollection<TextFile> source)
    {
        private readonly ILookup<string, Declaration> _types = source
            .SelectMany(Declarations.TypesOf)
            .ToLookup(type => type.Name, StringComparer.Ordinal);

        private readonly ILookup<string, Declaration> _members = source
            .SelectMany(Declarations.MembersOf)
            .ToLookup(member => member.Name, StringComparer.Ordinal);

        public bool Has(string[] parts)
        {
            if (parts.Length == 1)
            {
                return _types.Contains(parts[0]) || _members.Contains(parts[0]);
            }

            // SesameGrpc.Gateway.Ledger is a namespace, which is a folder; the rest is Type.Member.
            var folder = $"/{parts[0]}.{string.Join('/', parts.Skip(1))}/";
            return source.Any(file => ("/" + file.Path).Contains(folder, StringComparison.Ordinal))
                || _types[parts[0]].Any(type => _members[parts[1]].Concat(_types[parts[1]]).Any(member => member.File == type.File));
        }
    }
}
