using System.Text.Json;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.DocSite.Layout;
using Xunit;

namespace SesameGrpc.DocSite.Tests;

public sealed class SiteTests(WrittenSite site)
{
    public static TheoryData<string> Reasons =>
        [
            .. ErrorReasonReflection
                .Descriptor.EnumTypes[0]
                .Values.Where(value => value.Number != 0)
                .Select(value => value.Name["ERROR_REASON_".Length..]),
        ];

    [Fact]
    public void Links_OfEveryPage_LeadToAPageAndAHeading()
    {
        var faults = site
            .Pages.SelectMany(page => WrittenSite.AddressesIn(page.Value).Select(address => FaultOf(page.Key, address)))
            .OfType<string>();

        Assert.Equal("", string.Join('\n', faults.Distinct()));
    }

    [Fact]
    public void Pages_AreAllWritten()
    {
        Assert.Equal(site.Count, site.Pages.Count);
        Assert.All(
            Repository.Documents(Repository.FindRoot()),
            document => Assert.True(site.Has(document["docs/".Length..^".md".Length] + ".html"))
        );
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Reason_HasAPageWithCauseAndFix_AtTheAddressOfHelpLinks(string reason)
    {
        var page = site.Read($"errors/{reason}.html");

        Assert.Contains($"<title>{reason} ·", page, StringComparison.Ordinal);
        Assert.All(["Status", "Cause", "Fix"], part => Assert.Contains($"<strong>{part}</strong>", page, StringComparison.Ordinal));
        Assert.Contains("<a href=\"../errors.html\">All reasons</a>", page, StringComparison.Ordinal);
        Assert.Contains($"href=\"errors/{reason}.html\"", site.Read("errors.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_SayTheirLanguage_AndLeadToTheOther()
    {
        Assert.Contains("<html lang=\"en\"", site.Read("guides/bike.html"), StringComparison.Ordinal);
        Assert.Contains("hreflang=\"zh-CN\" href=\"bike.zh.html\"", site.Read("guides/bike.html"), StringComparison.Ordinal);
        Assert.Contains("<html lang=\"zh-CN\"", site.Read("guides/bike.zh.html"), StringComparison.Ordinal);
        Assert.Contains("hreflang=\"en\" href=\"bike.html\"", site.Read("guides/bike.zh.html"), StringComparison.Ordinal);
        Assert.Contains("hreflang=\"zh-CN\" href=\"../index.zh.html\"", site.Read("errors/INTERNAL.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void Search_KnowsMethodsAndReasons()
    {
        var script = site.Read(SearchIndex.Path);
        using var index = JsonDocument.Parse(script["globalThis.searchIndex = ".Length..].TrimEnd(';', '\n'));
        var entries = index.RootElement.EnumerateArray().ToList();

        Assert.Equal(site.Count, entries.Count);
        Assert.Contains(entries, entry => entry.GetProperty("title").GetString() == "TOKEN_EXPIRED");
        Assert.Contains(
            entries.SelectMany(entry => entry.GetProperty("headings").EnumerateArray()),
            heading => heading[0].GetString() == "CheckEligibility" && heading[1].GetString() == "checkeligibility"
        );
    }

    private string? FaultOf(string page, string address)
    {
        if (Uri.TryCreate(address, UriKind.Absolute, out _))
        {
            return null;
        }

        var parts = address.Split('#', 2);
        var target = parts[0].Length == 0 ? page : Path.GetRelativePath("/", Path.GetFullPath(parts[0], "/" + Path.GetDirectoryName(page)));
        if (!site.Has(target))
        {
            return $"{page}: {address} leads nowhere";
        }

        return parts.Length < 2 || WrittenSite.AnchorsIn(site.Pages[target]).Contains(Uri.UnescapeDataString(parts[1]))
            ? null
            : $"{page}: {address} has no such heading";
    }
}
