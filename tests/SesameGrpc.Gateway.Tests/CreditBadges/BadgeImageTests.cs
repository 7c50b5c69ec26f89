using System.Text;
using System.Xml.Linq;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.CreditBadges;
using SesameGrpc.Gateway.Pages.Texts;
using Xunit;

namespace SesameGrpc.Gateway.Tests.CreditBadges;

public sealed class BadgeImageTests
{
    private const int LargestBytes = 4096;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<string, string> Variants =>
        new(from lang in new[] { "zh", "en" } from size in new[] { "s", "m", "l" } select (lang, size));

    [Theory]
    [MemberData(nameof(Variants))]
    public void Picture_OfTheLongestProfileThatCanBe_IsSmallSoundXml_AndSaysWhoseItIs(string language, string size)
    {
        var profile = string.Concat(Enumerable.Repeat("<'\"&", 32));
        var text = BadgeImage.Of(Sample(profile), Of(language), size);

        var svg = XDocument.Parse(text).Root!;
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 1, LargestBytes);
        Assert.Equal("img", (string?)svg.Attribute("role"));
        Assert.Contains(Of(language).Badges.NameOf(ScoreBand.Good), svg.Element(Svg + "title")!.Value, StringComparison.Ordinal);
        Assert.Contains(profile, svg.Element(Svg + "desc")!.Value, StringComparison.Ordinal);
        Assert.Contains("https://www.baihe.example", svg.Element(Svg + "desc")!.Value, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Picture_NotValid_HasTheSameShape(string language, string size)
    {
        var lit = XDocument.Parse(BadgeImage.Of(Sample("zhang"), Of(language), size)).Root!;
        var unlit = XDocument.Parse(BadgeImage.Of(null, Of(language), size)).Root!;

        foreach (var name in new[] { "width", "height", "viewBox", "role", "lang" })
        {
            Assert.Equal((string?)lit.Attribute(name), (string?)unlit.Attribute(name));
        }

        Assert.Equal(lit.Descendants().Select(element => element.Name), unlit.Descendants().Select(element => element.Name));
        Assert.Contains(Of(language).Badges.NotValid, unlit.Element(Svg + "title")!.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("zhang", unlit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Picture_HasNothingThatRuns_AndNothingFromElsewhere()
    {
        var svg = XDocument.Parse(BadgeImage.Of(Sample("\"><script>alert(1)</script>"), PageTexts.English, "l"));

        Assert.DoesNotContain(
            svg.Descendants(),
            element => element.Name.LocalName is "script" or "style" or "foreignObject" or "image" or "use"
        );
        Assert.DoesNotContain(
            svg.Descendants().Attributes(),
            attribute =>
                attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal) || attribute.Name.LocalName is "href" or "style"
        );
    }

    private static PageTexts Of(string language) => PageTexts.Find(language)!;

    private static Badge Sample(string profile) =>
        new()
        {
            Id = "0190a0b0c0d0e0f00102030405060708",
            Partner = "baihe",
            Person = "person-1",
            Consent = "consent-1",
            Subject = "subject-1",
            Programme = "dating.badge",
            Site = "https://www.baihe.example",
            Profile = profile,
            Band = ScoreBand.Good,
            PolicyVersion = "dating.badge@1.1",
            Revision = 1,
            ProofNumber = 0,
            IssuedMicros = Samples.NowMicros,
            RenewedMicros = Samples.NowMicros,
            ExpireMicros = Samples.NowMicros,
        };
}
