using System.Text.Json.Nodes;
using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.Audit;

/// <summary>What a verification of the log came to: how many entries there are, how many of them have ended as the log itself says, and each difference.</summary>
internal sealed record AuditVerdict(long Entries, long Ended, string Key, IReadOnlyList<string> Differences)
{
    private const int ShownDifferences = 20;

    public void Show(CliOutput output)
    {
        if (output.Json)
        {
            output.WriteJson(
                new JsonObject
                {
                    ["sound"] = Differences.Count == 0,
                    ["entries"] = Entries,
                    ["ended"] = Ended,
                    ["key"] = Key,
                    ["differences"] = new JsonArray([.. Differences.Select(difference => JsonValue.Create(difference))]),
                }
            );
            return;
        }

        foreach (var difference in Differences.Take(ShownDifferences))
        {
            output.Error.WriteLine(difference);
        }

        if (Differences.Count > ShownDifferences)
        {
            output.Error.WriteLine($"... and {Differences.Count - ShownDifferences:N0} more; --json lists them.");
        }

        output.WriteCard(
            Differences.Count == 0 ? "The log is as it was signed" : "The log is not as it was signed",
            ("entries", Entries.ToString("N0")),
            ("ended", Ended == 0 ? null : $"{Ended:N0}, as the log itself says"),
            ("differences", Differences.Count == 0 ? "none" : Differences.Count.ToString("N0")),
            ("key", Key)
        );
    }
}
