using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using CsvHelper.Configuration.Attributes;
using SesameGrpc.Sip2Proxy.Configuration;

namespace SesameGrpc.Sip2Proxy.Patrons;

/// <summary>Which subject the gateway knows a patron by. The file is read again when it has changed; while it cannot be read, what was read before counts.</summary>
internal sealed partial class PatronDirectory
{
    private readonly ProxyOptions options;
    private readonly ILogger<PatronDirectory> logger;
    private readonly Lock sync = new();
    private Dictionary<string, string> subjects = new(StringComparer.Ordinal);
    private DateTime readAsOf;

    /// <summary>Throws <see cref="ProxyConfigurationException"/> when the file cannot be read.</summary>
    public PatronDirectory(ProxySettings settings, ILogger<PatronDirectory> logger)
    {
        (options, this.logger) = (settings.Options, logger);
        if (options.Subjects == SubjectSource.File && ReadAgain() is { } fault)
        {
            throw new ProxyConfigurationException($"Sip2Proxy:PatronsFile is \"{options.PatronsFile}\", but {fault}.");
        }
    }

    /// <summary>The subject of a patron; null for one who is not in the file.</summary>
    public string? SubjectOf(string patron)
    {
        if (options.Subjects == SubjectSource.Identifier)
        {
            return patron;
        }

        lock (sync)
        {
            if (File.GetLastWriteTimeUtc(options.PatronsFile) != readAsOf && ReadAgain() is { } fault)
            {
                LogUnreadable(fault);
            }

            return subjects.GetValueOrDefault(patron);
        }
    }

    /// <summary>Takes in the file as it is now, or says what is wrong with it. Words of the file are never repeated: they are about persons.</summary>
    private string? ReadAgain()
    {
        readAsOf = File.GetLastWriteTimeUtc(options.PatronsFile);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var text = new StreamReader(options.PatronsFile);
            using var csv = new CsvReader(text, new CsvConfiguration(CultureInfo.InvariantCulture) { TrimOptions = TrimOptions.Trim });
            if (!csv.Read() || !csv.ReadHeader())
            {
                return "it is empty";
            }

            foreach (var row in csv.GetRecords<PatronRow>())
            {
                if (row.PatronId.Length == 0 || row.Subject.Length == 0)
                {
                    return $"line {csv.Parser.RawRow} lacks one of the two ids";
                }

                if (!found.TryAdd(row.PatronId, row.Subject))
                {
                    return $"line {csv.Parser.RawRow} names a patron for the second time";
                }
            }

            subjects = found;
            return null;
        }
        catch (CsvHelperException)
        {
            return "it is not a CSV file with the columns patron_id and subject";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"it cannot be read: {failure.GetType().Name}";
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The patrons file was not taken in: {Fault}. What was read before counts.")]
    private partial void LogUnreadable(string fault);

    /// <summary>A line of the file.</summary>
    private sealed record PatronRow
    {
        [Name("patron_id")]
        public string PatronId { get; init; } = "";

        [Name("subject")]
        public string Subject { get; init; } = "";
    }
}
