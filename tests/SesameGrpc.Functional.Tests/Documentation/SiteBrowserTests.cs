using SesameGrpc.DocSite;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Documentation;

/// <summary>
/// The documentation's site in a real browser, Debian's Chromium; axe-core finds nothing. Set SESAME_SCREENSHOTS to a folder to look at the pages.
/// </summary>
public sealed class SiteBrowserTests(NodePackages node)
{
    private static readonly string? Chromium = TestEnvironment.FindProgram("chromium");

    [Fact]
    public async Task Site_IsReadableByEveryone_WithScriptsAndWithout()
    {
        Stores.Require(Chromium is not null, "chromium");
        await node.RequireAsync();
        var folder = TestEnvironment.NewDirectory("site");
        try
        {
            Site.Read(TestEnvironment.RepositoryRoot).Write(folder);

            var run = await ForeignProgram.RunAsync(
                "node",
                ["node/site.mjs", folder, Environment.GetEnvironmentVariable("SESAME_SCREENSHOTS") ?? ""],
                new Dictionary<string, string> { ["SESAME_CHROMIUM"] = Chromium! }
            );

            Assert.Equal(10, (int?)run.Step("looked")["pages"]);
            Assert.Equal("EligibilityService", (string?)run.Step("found")["title"]);
            Assert.Equal("医院接入指南", (string?)run.Step("walked")["title"]);
            Assert.Equal(0, (int?)run.Step("walked")["searches"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
