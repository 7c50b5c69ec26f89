using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.CreditBadges;

/// <summary>Issuing, renewing and revoking badges, on both stores.</summary>
public sealed class BadgeTests(Stores stores)
{
    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Issue_LightsTheBadge_ForEverybody_AndLeavesALeafAndAnEvent(Store store)
    {
        await using var scene = await BadgeScene.StartAsync(stores, store);

        var issued = await scene.IssueAsync();

        var badge = issued.CreditBadge;
        Assert.Equal((CreditBadgeState.Lit, ScoreBand.Good, 1), (badge.State, badge.Band, badge.Revision));
        Assert.Equal((BadgeScene.Site, BadgeScene.Profile, BadgeScene.Programme), (badge.Site, badge.Profile, badge.Programme));
        Assert.Equal([CreditBadgeAction.Renew, CreditBadgeAction.Revoke], badge.AllowedActions);
        Assert.Equal($"{scene.Gateway.PublicUrl}badges/{badge.CreditBadgeId}", badge.VerifyUrl);
        Assert.Contains("Good", await scene.PictureAsync(badge.CreditBadgeId), StringComparison.Ordinal);
        Assert.Equal(0, await scene.StatusAsync(issued.SdJwt));
        Assert.Equal(badge, await scene.GetAsync(badge.CreditBadgeId));
        Assert.Equal([badge], (await scene.Dating.Badges.ListCreditBadgesAsync(new ListCreditBadgesRequest())).CreditBadges);

        var accesses = (await scene.Gateway.Persons.ListAccessesAsync(new ListAccessesRequest { Person = BadgeScene.Person })).Accesses;
        var access = accesses.Single(entry => entry.Method.EndsWith("/IssueCreditBadge", StringComparison.Ordinal));
        Assert.Equal(
            (AuditOutcome.Changed, Purpose.CreditBadge, EligibilityDecision.Eligible),
            (access.Outcome, access.Purpose, access.Decision)
        );
        Assert.Equal(["decision", "band", "public_band"], access.DisclosedFields);
        Assert.Equal((await scene.ConsentAsync()).ConsentId, access.ConsentId);
        var told = (await scene.Dating.Events.ListEventsAsync(new ListEventsRequest())).Events.Single();
        Assert.Equal(
            (EventType.CreditBadgeIssued, badge.CreditBadgeId, 1),
            (told.Type, told.CreditBadge.CreditBadgeId, told.CreditBadge.Revision)
        );
    }

    [Theory]
    [InlineData(599, false, DecisionReason.ScoreTooLow)]
    [InlineData(900, true, DecisionReason.CourtListed)]
    public async Task Issue_BelowWhatTheSiteAsksFor_IsAnAnswer_NotAnError(int score, bool courtListed, DecisionReason reason)
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        await scene.Gateway.FeedAsync("ben", score, courtListed);

        var answer = await scene.IssueAsync("ben", "ben");

        Assert.Equal((null, ""), (answer.CreditBadge, answer.SdJwt));
        Assert.Equal(EligibilityDecision.NotEligible, answer.NotIssued.Decision);
        Assert.Contains(answer.NotIssued.Reasons, detail => detail.Reason == reason && detail.TextZh.Length > 0);
        var access = (await scene.Gateway.Persons.ListAccessesAsync(new ListAccessesRequest { Person = "ben" })).Accesses[0];
        Assert.Equal((AuditOutcome.Decided, EligibilityDecision.NotEligible), (access.Outcome, access.Decision));
        Assert.Equal(["decision"], access.DisclosedFields);
        Assert.Empty((await scene.Dating.Badges.ListCreditBadgesAsync(new ListCreditBadgesRequest())).CreditBadges);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Issue_AgainForTheProfile_RenewsIt_WithTheBandOfNow(Store store)
    {
        var time = new MovableTime();
        await using var scene = await BadgeScene.StartAsync(stores, store, time);
        var first = await scene.IssueAsync();
        await scene.Gateway.FeedAsync(BadgeScene.Person, 720, version: 2);
        time.Advance(TimeSpan.FromMinutes(1));
        var raised = await scene.GetAsync(first.CreditBadge.CreditBadgeId);
        await scene.ReconnectAsync();

        var second = await scene.IssueAsync();

        // A higher band is told when the site asks for it, not before.
        Assert.Equal((CreditBadgeState.Lit, ScoreBand.Good), (raised.State, raised.Band));
        Assert.Equal(first.CreditBadge.CreditBadgeId, second.CreditBadge.CreditBadgeId);
        Assert.Equal((2, ScoreBand.Exceptional), (second.CreditBadge.Revision, second.CreditBadge.Band));
        Assert.Equal(first.CreditBadge.IssueTime, second.CreditBadge.IssueTime);
        Assert.True(second.CreditBadge.ExpireTime > first.CreditBadge.ExpireTime);
        Assert.Equal((2, 0), (await scene.StatusAsync(first.SdJwt), await scene.StatusAsync(second.SdJwt)));
    }

    [Fact]
    public async Task Issue_TheSameRequestAgain_GivesTheFirstAnswer_ProofIncluded()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var request = BadgeScene.Request();

        var first = await scene.Dating.Badges.IssueCreditBadgeAsync(request);
        var again = await scene.Dating.Badges.IssueCreditBadgeAsync(request);

        Assert.Equal(first, again);
        Assert.Equal(0, await scene.StatusAsync(again.SdJwt));
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Issue_ForOneProfileByTwoPersonsAtOnce_GivesOneOfThemABadge(Store store)
    {
        await using var scene = await BadgeScene.StartAsync(stores, store);
        await scene.Gateway.FeedAsync("ben", 700);

        var outcomes = await Task.WhenAll(TryAsync(scene, BadgeScene.Person), TryAsync(scene, "ben"));

        Assert.Equal(["", "ALREADY_EXISTS"], outcomes.Order(StringComparer.Ordinal));
        Assert.Single((await scene.Dating.Badges.ListCreditBadgesAsync(new ListCreditBadgesRequest())).CreditBadges);
    }

    /// <summary>Whoever the partner may not know of: one answer, the same bytes.</summary>
    [Fact]
    public async Task Issue_WithoutAConsentThatCoversIt_IsNotFound_WhateverTheCause()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite, production: true);
        await scene.Gateway.FeedAsync("never-asked", 700);
        await scene.Gateway.FeedAsync("withdrawn", 700);
        await scene.Gateway.FeedAsync("opted-out", 700);
        var withdrawn = await AgreeAsync(scene, "withdrawn");
        await scene.WithdrawAsync("withdrawn");
        var gone = await AgreeAsync(scene, "opted-out");
        await scene.Gateway.Persons.OptOutAsync(new OptOutRequest { RequestId = "out", Person = "opted-out" });

        var refusals = new List<RefusedCall>();
        foreach (var subject in new[] { "nobody", "never-asked", withdrawn.Subject, gone.Subject })
        {
            refusals.Add(await RefusedCall.OfAsync(() => scene.IssueAsync(subject)));
        }

        Assert.All(refusals, refusal => Assert.Equal("RESOURCE_NOT_FOUND", refusal.Reason));
        Assert.Single(refusals.Select(refusal => (refusal.Info.ToString(), refusal.Status.Message)).Distinct());
        var agreed = await AgreeAsync(scene, BadgeScene.Person);
        Assert.Equal(CreditBadgeState.Lit, (await scene.IssueAsync(agreed.Subject)).CreditBadge.State);
    }

    [Fact]
    public async Task Badge_OfAnotherPartner_IsNotThere()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var other = await scene.OnboardAsync("other", "https://other.example");
        var badge = (await scene.IssueAsync()).CreditBadge;

        var refusals = new[]
        {
            await RefusedCall.OfAsync(other.Badges.GetCreditBadgeAsync(new GetCreditBadgeRequest { CreditBadgeId = badge.CreditBadgeId })),
            await RefusedCall.OfAsync(
                other.Badges.RevokeCreditBadgeAsync(new RevokeCreditBadgeRequest { RequestId = "r", CreditBadgeId = badge.CreditBadgeId })
            ),
            await RefusedCall.OfAsync(other.Badges.GetCreditBadgeAsync(new GetCreditBadgeRequest { CreditBadgeId = new string('0', 32) })),
            await RefusedCall.OfAsync(other.Badges.GetCreditBadgeAsync(new GetCreditBadgeRequest { CreditBadgeId = "x" })),
        };

        Assert.All(refusals, refusal => Assert.Equal("RESOURCE_NOT_FOUND", refusal.Reason));
        Assert.Empty((await other.Badges.ListCreditBadgesAsync(new ListCreditBadgesRequest())).CreditBadges);
        Assert.Equal(CreditBadgeState.Lit, (await scene.GetAsync(badge.CreditBadgeId)).State);
    }

    [Fact]
    public async Task Issue_WithWhatCannotBe_NamesTheField()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        var faults = new Dictionary<string, Action<IssueCreditBadgeRequest>>
        {
            ["subject"] = request => request.Subject = "",
            ["profile"] = request => request.Profile = "two words",
            ["site"] = request => request.Site = "https://elsewhere.example",
            ["request_id"] = request => request.RequestId = "",
        };

        foreach (var (field, fault) in faults)
        {
            var request = BadgeScene.Request();
            fault(request);
            var refused = await RefusedCall.OfAsync(scene.Dating.Badges.IssueCreditBadgeAsync(request));
            Assert.Equal(("FIELD_INVALID", field), (refused.Reason, refused.Info.Metadata["fields"]));
        }

        var unknown = BadgeScene.Request();
        unknown.Programme = "bike.deposit_free";
        Assert.Equal("PROGRAMME_NOT_ENROLLED", (await RefusedCall.OfAsync(scene.Dating.Badges.IssueCreditBadgeAsync(unknown))).Reason);
    }

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Revoke_EndsTheBadgeForGood_AndFreesTheProfile(Store store)
    {
        await using var scene = await BadgeScene.StartAsync(stores, store);
        await scene.Gateway.FeedAsync("ben", 700);
        var first = (await scene.IssueAsync()).CreditBadge;
        var stale = await RefusedCall.OfAsync(RevokeAsync(scene, first.CreditBadgeId, expectedRevision: 7));
        var revoked = (await RevokeAsync(scene, first.CreditBadgeId, expectedRevision: 1)).CreditBadge;
        var twice = await RefusedCall.OfAsync(RevokeAsync(scene, first.CreditBadgeId, expectedRevision: 0));

        var next = (await scene.IssueAsync("ben")).CreditBadge;

        Assert.Equal(
            ("STATE_CONFLICT", "LIT", "RENEW,REVOKE"),
            (stale.Reason, stale.Info.Metadata["state"], stale.Info.Metadata["allowed_actions"])
        );
        Assert.Equal((CreditBadgeState.Revoked, 2, ScoreBand.Unspecified), (revoked.State, revoked.Revision, revoked.Band));
        Assert.NotNull(revoked.EndTime);
        Assert.Equal(
            ("STATE_CONFLICT", "REVOKED", ""),
            (twice.Reason, twice.Info.Metadata["state"], twice.Info.Metadata["allowed_actions"])
        );
        Assert.NotEqual(first.CreditBadgeId, next.CreditBadgeId);
        Assert.Equal(
            [EventType.CreditBadgeIssued, EventType.CreditBadgeRevoked, EventType.CreditBadgeIssued],
            (await scene.Dating.Events.ListEventsAsync(new ListEventsRequest())).Events.Select(told => told.Type)
        );
    }

    [Fact]
    public async Task List_ComesPageByPage_NewestFirst_OfOnePersonOrAll()
    {
        await using var scene = await BadgeScene.StartAsync(stores, Store.Sqlite);
        await scene.Gateway.FeedAsync("ben", 700);
        var issued = new List<string>();
        foreach (var (subject, profile) in new[] { (BadgeScene.Person, "a"), ("ben", "b"), (BadgeScene.Person, "c") })
        {
            issued.Add((await scene.IssueAsync(subject, profile)).CreditBadge.CreditBadgeId);
        }

        var first = await scene.Dating.Badges.ListCreditBadgesAsync(new ListCreditBadgesRequest { PageSize = 2 });
        var second = await scene.Dating.Badges.ListCreditBadgesAsync(
            new ListCreditBadgesRequest { PageSize = 2, PageToken = first.NextPageToken }
        );
        var own = await scene.Dating.Badges.ListCreditBadgesAsync(new ListCreditBadgesRequest { Subject = BadgeScene.Person });
        var refused = await RefusedCall.OfAsync(scene.Dating.Badges.ListCreditBadgesAsync(new ListCreditBadgesRequest { PageToken = "x" }));

        Assert.Equal(
            issued.Order(StringComparer.Ordinal).Reverse(),
            first.CreditBadges.Concat(second.CreditBadges).Select(badge => badge.CreditBadgeId)
        );
        Assert.Equal("", second.NextPageToken);
        Assert.Equal(["c", "a"], own.CreditBadges.Select(badge => badge.Profile));
        Assert.Equal("page_token", refused.Info.Metadata["fields"]);
    }

    private static Grpc.Core.AsyncUnaryCall<RevokeCreditBadgeResponse> RevokeAsync(BadgeScene scene, string id, long expectedRevision) =>
        scene.Dating.Badges.RevokeCreditBadgeAsync(
            new RevokeCreditBadgeRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                CreditBadgeId = id,
                ExpectedRevision = expectedRevision,
            }
        );

    private static async Task<string> TryAsync(BadgeScene scene, string subject)
    {
        try
        {
            await scene.IssueAsync(subject);
            return "";
        }
        catch (Grpc.Core.RpcException refused)
        {
            return RefusedCall.Of(refused).Reason;
        }
    }

    private static async Task<PersonConsent> AgreeAsync(BadgeScene scene, string person) =>
        (
            await scene.Gateway.Persons.GrantConsentAsync(
                new GrantConsentRequest
                {
                    RequestId = $"agree-{person}",
                    Person = person,
                    Partner = BadgeScene.Partner,
                    Purpose = Purpose.CreditBadge,
                    Scopes = { "credit_badge.write" },
                }
            )
        ).Consent;
}
