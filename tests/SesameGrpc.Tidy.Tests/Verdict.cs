using Xunit;

namespace SesameGrpc.Tidy.Tests;

/// <summary>Turns findings into a test's outcome.</summary>
internal static class Verdict
{
    /// <summary>Fails with every finding, one a line, unless there is none.</summary>
    public static void Clean(IEnumerable<Finding> findings)
    {
        var lines = findings.Select(finding => finding.ToString()).Order(StringComparer.Ordinal).ToList();
        if (lines.Count > 0)
        {
            Assert.Fail($"{lines.Count} finding(s):\n{string.Join('\n', lines)}");
        }
    }

    /// <summary>Proves that a rule can fail: exactly one finding, at the line, whose text contains the fragment.</summary>
    public static void Caught(IEnumerable<Finding> findings, int line, string fragment)
    {
        var finding = Assert.Single(findings);
        Assert.Equal(line, finding.Line);
        Assert.Contains(fragment, finding.ToString(), StringComparison.Ordinal);
    }
}
