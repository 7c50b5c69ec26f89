using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Retention;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.CreditBadges;

/// <summary>Whatever a badge rests on: when it falls, the badge is out for everybody at the next look.</summary>
public sealed class BadgeLifeTests(Stores stores)
{
    /// <summary>What may fall, and how the partner sees the badge then; null: not at all.</summary>
    public static TheoryData<Store, string, CreditBadgeState?> Falls
    {
        get
        {
            (string, CreditBadgeState?)[] falls =
            [
                ("withdraw", CreditBadgeState.Unlit),
                ("suspend", CreditBadgeState.Unlit),
                ("opt-out", CreditBadgeState.Unlit),
                ("erase", null),
                ("court", CreditBadgeState.Unlit),
                ("lower-band", CreditBadgeState.Unlit),
                ("partner", null),
                ("site", CreditBadgeState.Unlit),
                ("narrowed", CreditBadgeState.Unlit),
                ("revoke", CreditBadgeState.Revoked),
                ("time", CreditBadgeState.Expired),
            ];
            var data = new TheoryData<Store, string, CreditBadgeState?>();
            foreach (var (fall, state) in falls)
            {
                data.Add(Store.Sqlite, fall, state);
            }

            data.Add(Store.PostgreSql, "withdraw", CreditBadgeState.Unlit);
            data.Add(Store.PostgreSql, "erase", null);
            data.Add(Store.PostgreSql, "lower-band", CreditBadgeState.Unlit);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Falls))]
    public async Task Badge_GoesOut_AtTheNextLook(Store store, string fall, CreditBadgeState? state)
    {
        var time = new MovableTime();
        await using var scene = await BadgeScene.StartAsync(stores, store, time);
        var issued = await scene.IssueAsync();
        var id = issued.CreditBadge.CreditBadgeId;
        var unknown = await scene.PictureAsync(new string('0', 32));
        Assert.NotEqual(unknown, await scene.PictureAsync(id));

        // Kept in memory: what ends a consent is heard of all the same.
        if (fall is "withdraw" or "suspend" or "opt-out" or "erase")
        {
            Assert.Equal(0, await scene.StatusAsync(issued.SdJwt));
        }

        await FallAsync(scene, fall, id, time);

        Assert.Equal(unknown, await scene.PictureAsync(id));
        Assert.Equal(2, await scene.StatusAsync(issued.SdJwt));
        var page = await scene.PageAsync(id, "?profile=zhang");
        Assert.Contains("This badge is not valid", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("baihe", page.Html, StringComparison.Ordinal);
        if (state is { } told)
        {
            await scene.ReconnectAsync();
            var badge = await scene.GetAsync(id);
            Assert.Equal((told, ScoreBand.Unspecified), (badge.State, badge.Band));
        }
        else if (fall == "erase")
        {
            Assert.Equal("RESOURCE_NOT_FOUND", (await RefusedCall.OfAsync(() => scene.GetAsync(id))).Reason);
        }
    }

    [Fact]
    public async Task Badge_OfAConsentThatIsResumed_IsLitAgain_OfANewOneWhenRenewed()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var issued = await scene.IssueAsync();
        var id = issued.CreditBadge.CreditBadgeId;
        var consent = (await scene.ConsentAsync()).ConsentId;
        await FallAsync(scene, "suspend", id, new MovableTime());
        await scene.Gateway.Persons.ResumeConsentAsync(
            new ResumeConsentRequest
            {
                RequestId = "resume",
                Person = BadgeScene.Person,
                ConsentId = consent,
            }
        );
        Assert.Equal(CreditBadgeState.Lit, (await scene.GetAsync(id)).State);

        await scene.Gateway.Persons.GrantConsentAsync(
            new GrantConsentRequest
            {
                RequestId = "again",
                Person = BadgeScene.Person,
                Partner = BadgeScene.Partner,
                Purpose = Purpose.CreditBadge,
                Scopes = { "credit_badge.write" },
            }
        );
        Assert.Equal(CreditBadgeState.Unlit, (await scene.GetAsync(id)).State);
        await scene.IssueAsync();
        Assert.Equal(CreditBadgeState.Lit, (await scene.GetAsync(id)).State);
    }

    [Fact]
    public async Task Badge_OfASuspendedPartner_IsLitAgainWhenItIsResumed()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var id = (await scene.IssueAsync()).CreditBadge.CreditBadgeId;

        await FallAsync(scene, "partner", id, new MovableTime());
        await scene.Gateway.Partners.ResumePartnerAsync(new ResumePartnerRequest { RequestId = "up", Partner = BadgeScene.Partner });

        Assert.Contains("Good", await scene.PictureAsync(id), StringComparison.Ordinal);
    }

    /// <summary>Of two instances, the one that did not hear of the withdrawal does not tell it either.</summary>
    [Fact]
    public async Task Withdrawal_AtOneInstance_IsSeenAtTheOther_InPictureAndStatusList()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        await using var other = await GatewayUnderTest.StartAsync(new GatewaySetup { Beside = scene.Gateway });
        using var visitor = new HttpClient(other.Handler(null)) { BaseAddress = other.PublicUrl };
        var issued = await scene.IssueAsync();
        var picture = new Uri($"/badges/{issued.CreditBadge.CreditBadgeId}.svg?lang=en", UriKind.Relative);
        var list = new Uri("/badges/status/0", UriKind.Relative);
        Assert.Contains("Good", await visitor.GetStringAsync(picture), StringComparison.Ordinal);
        var before = BadgeScene.PayloadOf(await visitor.GetStringAsync(list));

        await scene.WithdrawAsync();

        Assert.DoesNotContain("Good", await visitor.GetStringAsync(picture), StringComparison.Ordinal);
        var after = BadgeScene.PayloadOf(await visitor.GetStringAsync(list));
        Assert.NotEqual(LstOf(before), LstOf(after));
    }

    [Fact]
    public async Task Record_IsInThePersonsExport_AndEndsAMonthAfterTheBadge()
    {
        var time = new MovableTime();
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite, time);
        await scene.IssueAsync();
        var exported = JsonDocument
            .Parse((await scene.Gateway.Persons.ExportPersonAsync(new ExportPersonRequest { Person = BadgeScene.Person })).Json)
            .RootElement.GetProperty("credit_badges")
            .EnumerateArray()
            .Single();
        time.Advance(TimeSpan.FromDays(30));
        await scene.Gateway.SweepAsync();
        var kept = await CountAsync(scene);
        time.Advance(TimeSpan.FromDays(2));
        await scene.Gateway.SweepAsync();

        Assert.Equal(("zhang", "LIT", "GOOD"), (Text("profile"), Text("state"), Text("band")));
        Assert.Equal((1, 0), (kept, await CountAsync(scene)));

        string? Text(string name) => exported.GetProperty(name).GetString();
    }

    private static string? LstOf(JsonElement list) => list.GetProperty("status_list").GetProperty("lst").GetString();

    private static async Task<int> CountAsync(BadgeScene scene)
    {
        await scene.ReconnectAsync();
        return (await scene.Dating.Badges.ListCreditBadgesAsync(new ListCreditBadgesRequest())).CreditBadges.Count;
    }

    private static async Task FallAsync(BadgeScene scene, string fall, string id, MovableTime time)
    {
        var (persons, partners) = (scene.Gateway.Persons, scene.Gateway.Partners);
        switch (fall)
        {
            case "withdraw":
                await scene.WithdrawAsync();
                break;
            case "suspend":
                var consent = (await scene.ConsentAsync()).ConsentId;
                await persons.SuspendConsentAsync(
                    new()
                    {
                        RequestId = "s",
                        Person = BadgeScene.Person,
                        ConsentId = consent,
                    }
                );
                break;
            case "opt-out":
                await persons.OptOutAsync(new() { RequestId = "o", Person = BadgeScene.Person });
                break;
            case "erase":
                await persons.ErasePersonAsync(new() { RequestId = "e", Person = BadgeScene.Person });
                break;
            case "court":
                await scene.Gateway.FeedAsync(BadgeScene.Person, 620, courtListed: true, version: 2);
                break;
            case "lower-band":
                await scene.Gateway.FeedAsync(BadgeScene.Person, 599, version: 2);
                break;
            case "partner":
                await partners.SuspendPartnerAsync(new() { RequestId = "p", Partner = BadgeScene.Partner });
                break;
            case "site":
                await UpdateAsync(scene, "badge_sites", new Partner { Partner_ = BadgeScene.Partner });
                break;
            case "narrowed":
                var narrower = new Enrolment { Programme = BadgeScene.Programme, MinimumScore = 621 };
                await UpdateAsync(scene, "enrolments", new Partner { Partner_ = BadgeScene.Partner, Enrolments = { narrower } });
                break;
            case "revoke":
                await scene.Dating.Badges.RevokeCreditBadgeAsync(new() { RequestId = "r", CreditBadgeId = id });
                break;
            default:
                time.Advance(TimeSpan.FromHours(24));
                break;
        }
    }

    private static async Task UpdateAsync(BadgeScene scene, string path, Partner partner) =>
        await scene.Gateway.Partners.UpdatePartnerAsync(
            new UpdatePartnerRequest
            {
                RequestId = $"update-{path}",
                Partner = partner,
                UpdateMask = new FieldMask { Paths = { path } },
            }
        );
}
