namespace SesameGrpc.Gateway.Tls;

/// <summary>Tells whether files have changed without reading them: their paths, times and lengths.</summary>
internal static class FileFingerprint
{
    /// <summary>Of the files that are named; empty paths count for nothing.</summary>
    public static string Of(params IEnumerable<string> paths) =>
        string.Join(
            '|',
            paths
                .Where(path => path.Length > 0)
                // A mounted secret is a link that stays as it is while its target is replaced.
                .Select(path =>
                    File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? new FileInfo(target.FullName) : new FileInfo(path)
                )
                .Select(file => $"{file.FullName}:{file.LastWriteTimeUtc.Ticks}:{file.Length}")
        );
}
