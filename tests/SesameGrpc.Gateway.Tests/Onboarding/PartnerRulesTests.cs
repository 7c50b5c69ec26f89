using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Onboarding;
using SesameGrpc.Gateway.Programmes;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Onboarding;

public sealed class PartnerRulesTests
{
    private const string Bike = "bike.deposit_free";

    [Fact]
    public void Check_GoodPartners_Pass() =>
        Assert.Multiple(
            () => Check(_ => { }),
            () => Check(partner => partner.Enrolments.Clear()),
            () =>
                Check(partner =>
                {
                    partner.Kind = PartnerKind.Lender;
                    partner.Scopes.Add(Gateway.Partners.PartnerScopes.All.Where(scope => scope != "credit_badge.write"));
                }),
            () => Check(partner => partner.DisplayName = new string('信', 100)),
            () => Check(partner => partner.Enrolments[0].MinimumScore = 650),
            () => Check(partner => partner.Enrolments[0].MinimumScore = 950),
            () => Check(partner => partner.Enrolments[0].AmountLimit = Cny.Of(19_900)),
            () => Check(partner => partner.Enrolments[0].AmountLimit = Cny.Of(1)),
            () => Check(partner => partner.Enrolments[0].ItemLimit = 3),
            () => Check(partner => partner.Enrolments.Add(new Enrolment { Programme = "dating.badge", MinimumScore = 350 }))
        );

    [Theory]
    [InlineData("https://www.baihe.example", true)]
    [InlineData("https://xn--fiq228c.example", true)]
    [InlineData("https://www.baihe.example:8443", true)]
    [InlineData("https://www.baihe.example:443", false)]
    [InlineData("https://www.baihe.example/", false)]
    [InlineData("https://www.baihe.example/u", false)]
    [InlineData("https://www.Baihe.example", false)]
    [InlineData("https://百合.example", false)]
    [InlineData("https://a@www.baihe.example", false)]
    [InlineData("http://www.baihe.example", false)]
    [InlineData("www.baihe.example", false)]
    [InlineData("https://", false)]
    [InlineData("", false)]
    public void Check_BadgeSite_IsAnOriginAsBrowsersWriteIt(string site, bool fits)
    {
        if (fits)
        {
            Check(partner => partner.BadgeSites.Add(site));
        }
        else
        {
            AssertField("partner.badge_sites", partner => partner.BadgeSites.Add(site));
        }
    }

    [Fact]
    public void Check_MoreThanTenBadgeSites_IsRefused() =>
        AssertField(
            "partner.badge_sites",
            partner => partner.BadgeSites.Add(Enumerable.Range(0, 11).Select(index => $"https://{index}.example"))
        );

    [Theory]
    [InlineData("ab", true)]
    [InlineData("hello-bike", true)]
    [InlineData("b2", true)]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghijklmn", true)]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghijklmno", false)]
    [InlineData("", false)]
    [InlineData("a", false)]
    [InlineData("2b", false)]
    [InlineData("-ab", false)]
    [InlineData("Hello", false)]
    [InlineData("hello_bike", false)]
    [InlineData("hello bike", false)]
    [InlineData("hello:bike", false)]
    [InlineData("hellö", false)]
    [InlineData("ab\n", false)]
    public void IsPartnerId_Text_Fits(string id, bool fits)
    {
        Assert.Equal(fits, PartnerRules.IsPartnerId(id));
        if (!fits)
        {
            Assert.Equal(["partner.partner"], Fields(partner => partner.Partner_ = id));
        }
    }

    [Fact]
    public void Check_EachBadField_IsNamed() =>
        Assert.Multiple(
            () => AssertField("partner.display_name", partner => partner.DisplayName = ""),
            () => AssertField("partner.display_name", partner => partner.DisplayName = new string('a', 101)),
            () => AssertField("partner.scopes", partner => partner.Scopes.Add("score.write")),
            () => AssertField("partner.scopes", partner => partner.Scopes.Add("")),
            () =>
                AssertField(
                    "partner.enrolments",
                    partner => partner.Enrolments.Add(new Enrolment { Programme = Bike, MinimumScore = 700 })
                ),
            () => AssertField("partner.enrolments[bike.free]", partner => partner.Enrolments[0].Programme = "bike.free"),
            () => AssertField("partner.enrolments[]", partner => partner.Enrolments[0].Programme = "")
        );

    [Fact]
    public void Check_EnrolmentThatWouldWiden_IsRefused() =>
        Assert.Multiple(
            () => AssertField($"partner.enrolments[{Bike}].minimum_score", partner => partner.Enrolments[0].MinimumScore = 649),
            () => AssertField($"partner.enrolments[{Bike}].minimum_score", partner => partner.Enrolments[0].MinimumScore = 951),
            () => AssertField($"partner.enrolments[{Bike}].minimum_score", partner => partner.Enrolments[0].MinimumScore = -1),
            () => AssertField($"partner.enrolments[{Bike}].amount_limit", partner => partner.Enrolments[0].AmountLimit = Cny.Of(19_901)),
            () => AssertField($"partner.enrolments[{Bike}].amount_limit", partner => partner.Enrolments[0].AmountLimit = Cny.Of(0)),
            () => AssertField($"partner.enrolments[{Bike}].amount_limit", partner => partner.Enrolments[0].AmountLimit = Cny.Of(-1)),
            () =>
                AssertField(
                    $"partner.enrolments[{Bike}].amount_limit",
                    partner => partner.Enrolments[0].AmountLimit = new Money { CurrencyCode = "USD", MinorUnits = 1 }
                ),
            () => AssertField($"partner.enrolments[{Bike}].item_limit", partner => partner.Enrolments[0].ItemLimit = -1),
            () => AssertField($"partner.enrolments[{Bike}].condition", partner => partner.Enrolments[0].Condition = new Condition()),
            () =>
                AssertField(
                    "partner.enrolments[dating.badge].minimum_score",
                    partner => partner.Enrolments[0] = new Enrolment { Programme = "dating.badge", MinimumScore = 349 }
                ),
            () =>
                AssertField(
                    "partner.enrolments[rail.lounge].amount_limit",
                    partner => partner.Enrolments[0] = new Enrolment { Programme = "rail.lounge", AmountLimit = Cny.Of(1) }
                )
        );

    // An item limit above the programme's was once taken.
    [Theory]
    [InlineData(0, true)]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void Check_ItemLimit_IsAtMostTheProgrammes(int items, bool isGood)
    {
        using var folder = new TemporaryFolder();
        var catalogue = new ProgrammeCatalogue
        {
            OverallLimits = Samples.Catalogue.OverallLimits,
            Programmes = { Samples.Catalogue.Find("library.card_free")!.Document.Clone() },
        };
        catalogue.Programmes[0].Terms.ItemLimit = 5;
        var source = new ProgrammeCatalogueSource(new() { Programmes = { File = folder.File("own.json", catalogue.ToString()) } });
        var partner = Good();
        partner.Enrolments[0] = new Enrolment { Programme = "library.card_free", ItemLimit = items };
        var exception = Record.Exception(() => PartnerRules.Check(partner, source, GatewayMode.Production));

        Assert.Equal(isGood, exception is null);
    }

    [Fact]
    public void Check_EverythingWrong_NamesAllFields() =>
        Assert.Equal(
            ["partner.partner", "partner.display_name", "partner.scopes", $"partner.enrolments[{Bike}].item_limit"],
            Fields(partner =>
            {
                (partner.Partner_, partner.DisplayName) = ("", "");
                partner.Scopes.Add("all");
                partner.Enrolments[0].ItemLimit = -1;
            })
        );

    [Fact]
    public void Check_LongForeignTexts_AreNotEchoedWhole()
    {
        var refusal = Samples.RefusalOf(() =>
            Check(partner =>
            {
                partner.Scopes.Add(new string('x', 5_000));
                partner.Enrolments[0].Programme = new string('y', 5_000);
            })
        );

        Assert.DoesNotContain(new string('x', 65), refusal.Details[0].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(new string('y', 65), refusal.Details[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Normalize_NewPartner_HasSortedScopesAndRevisionOne()
    {
        var partner = Good();
        partner.Scopes.Clear();
        partner.Scopes.Add(["score.read", "eligibility.check", "score.read"]);
        partner.Enrolments[0].Revision = 99;
        PartnerRules.Normalize(partner, before: null);

        Assert.Equal(["eligibility.check", "score.read"], partner.Scopes);
        Assert.Equal(1, partner.Enrolments[0].Revision);
    }

    [Fact]
    public void Normalize_ChangedPartner_RaisesTheChangedEnrolmentsOnly()
    {
        var before = Good();
        before.Enrolments.Add(new Enrolment { Programme = "rail.lounge", Revision = 4 });
        before.Enrolments[0].Revision = 7;
        before.LastEnrolmentRevisions[before.Enrolments[0].Programme] = 7;
        var after = before.Clone();
        after.Enrolments[0].MinimumScore = 700;
        after.Enrolments[0].Revision = 1;
        after.Enrolments[1].Revision = 50;
        after.Enrolments.Add(new Enrolment { Programme = "dating.badge" });
        PartnerRules.Normalize(after, before);

        Assert.Equal([8, 4, 1], after.Enrolments.Select(enrolment => enrolment.Revision));
    }

    [Fact]
    public void Normalize_EnrolledAgain_NeverUsesARevisionTwice()
    {
        var first = Good();
        PartnerRules.Normalize(first, before: null);
        var without = first.Clone();
        without.Enrolments.Clear();
        PartnerRules.Normalize(without, first);
        var again = without.Clone();
        again.Enrolments.Add(first.Enrolments[0].Clone());
        PartnerRules.Normalize(again, without);

        Assert.Equal(1, first.Enrolments[0].Revision);
        Assert.Equal(2, again.Enrolments[0].Revision);
    }

    [Fact]
    public void Normalize_EachNarrowing_IsAChange()
    {
        Action<Enrolment>[] changes =
        [
            enrolment => enrolment.MinimumScore = 700,
            enrolment => enrolment.AmountLimit = Cny.Of(1),
            enrolment => enrolment.ItemLimit = 1,
            enrolment => enrolment.Condition = new Condition { OptedIn = true },
        ];
        Assert.All(
            changes,
            change =>
            {
                var before = Good();
                PartnerRules.Normalize(before, before: null);
                var after = before.Clone();
                change(after.Enrolments[0]);
                PartnerRules.Normalize(after, before);
                Assert.Equal(2, after.Enrolments[0].Revision);
            }
        );
    }

    private static void AssertField(string field, Action<Partner> change) => Assert.Equal([field], Fields(change));

    private static IEnumerable<string> Fields(Action<Partner> change) => Samples.FieldsOf(Samples.RefusalOf(() => Check(change)));

    private static void Check(Action<Partner> change)
    {
        var partner = Good();
        change(partner);
        PartnerRules.Check(partner, Samples.CatalogueSource, GatewayMode.Production);
    }

    private static Partner Good() =>
        new()
        {
            Partner_ = "hello-bike",
            DisplayName = "Hello Bike",
            Kind = PartnerKind.Sharing,
            Scopes = { "eligibility.check" },
            Enrolments = { new Enrolment { Programme = Bike } },
        };
}
