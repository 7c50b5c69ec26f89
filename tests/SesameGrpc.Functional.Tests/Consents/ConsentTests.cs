using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Consents;

public sealed class SqliteConsentTests(Stores stores) : ConsentTests(stores, Store.Sqlite);

public sealed class PostgreSqlConsentTests(Stores stores) : ConsentTests(stores, Store.PostgreSql);

/// <summary>In production: nobody has agreed to anything that they were not asked for, and whatever ends a consent ends it for the next call.</summary>
public abstract class ConsentTests(Stores stores, Store store)
{
    private const string Bike = "bike.deposit_free";
    private const string Umbrella = "umbrella.deposit_free";

    [Fact]
    public async Task Person_WithoutConsent_IsUnknownWhateverIsAsked()
    {
        await using var gateway = await StartAsync();
        var partner = await gateway.ConnectAsync("lender", new Enrolment { Programme = Bike });
        await gateway.FeedAsync("anna", 700);

        foreach (
            var call in Calls(partner, "anna").Append(() => partner.Consents.GetConsentAsync(new() { Subject = "anna" }).ResponseAsync)
        )
        {
            Assert.Equal("RESOURCE_NOT_FOUND", (await RefusedCall.OfAsync(call)).Reason);
        }

        Assert.Empty((await partner.Consents.ListConsentsAsync(new ListConsentsRequest())).Consents);
    }

    [Fact]
    public async Task Consent_InForce_OpensWhatItCoversAndNothingElse()
    {
        await using var gateway = await StartAsync();
        var partner = await gateway.ConnectAsync("lender", new Enrolment { Programme = Bike }, new Enrolment { Programme = Umbrella });
        await gateway.FeedAsync("anna", 700);
        var consent = (
            await gateway.Persons.GrantConsentAsync(
                new GrantConsentRequest
                {
                    RequestId = "g",
                    Person = "anna",
                    Partner = "lender",
                    Purpose = Purpose.DepositWaiver,
                    Scopes = { "eligibility.check", "score.band.read", "deposit_waiver.write" },
                    Programmes = { Bike },
                    Days = 30,
                }
            )
        ).Consent;
        var subject = consent.Subject;

        Assert.Matches("^[0-9a-f]{32}$", subject);
        Assert.Equal((ConsentState.Active, TimeSpan.FromDays(30)), (consent.State, (consent.ExpireTime - consent.GrantTime).ToTimeSpan()));
        Assert.Equal(
            EligibilityDecision.Eligible,
            (await partner.Eligibility.CheckEligibilityAsync(new() { Subject = subject, Programme = Bike })).Decision
        );
        Assert.Equal(ScoreBand.Exceptional, (await partner.Scores.GetScoreBandAsync(new() { Subject = subject })).Band);
        Assert.Equal(subject, (await partner.GrantAsync(subject, Bike, "o")).DepositWaiver.Subject);
        Assert.Equal(
            "RESOURCE_NOT_FOUND",
            await ReasonAsync(partner.Scores.GetCreditScoreAsync(new() { Subject = subject }).ResponseAsync)
        );
        Assert.Equal(
            "RESOURCE_NOT_FOUND",
            await ReasonAsync(partner.Eligibility.CheckEligibilityAsync(new() { Subject = subject, Programme = Umbrella }).ResponseAsync)
        );
        Assert.Equal("RESOURCE_NOT_FOUND", await ReasonAsync(partner.GrantAsync(subject, Umbrella, "o2")));
        var batch = await partner.Eligibility.BatchCheckEligibilityAsync(
            new()
            {
                Checks =
                {
                    new CheckEligibilityRequest { Subject = subject, Programme = Umbrella },
                },
            }
        );
        Assert.Equal(ErrorReason.ResourceNotFound, batch.Results[0].ErrorReason);
        var seen = (await partner.Consents.GetConsentAsync(new() { Subject = subject })).Consent;
        Assert.Equal((consent.ConsentId, Purpose.DepositWaiver), (seen.ConsentId, seen.Purpose));
        Assert.Equal(seen, Assert.Single((await partner.Consents.ListConsentsAsync(new ListConsentsRequest())).Consents));
    }

    [Theory]
    [InlineData("withdraw")]
    [InlineData("withdraw all")]
    [InlineData("suspend")]
    [InlineData("opt out")]
    [InlineData("expire")]
    [InlineData("replace")]
    public async Task Consent_ThatEnds_IsOverAtTheNextCallOnEveryInstance(string how)
    {
        var time = new MovableTime();
        var database = await stores.ConnectionStringAsync(store);
        await using var gateway = await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                Production = true,
                PostgreSql = database,
                Time = time,
            }
        );
        var partner = await gateway.ConnectAsync("lender", new Enrolment { Programme = Bike });
        await using var second =
            store == Store.Sqlite
                ? null
                : await GatewayUnderTest.StartAsync(
                    new GatewaySetup
                    {
                        Production = true,
                        PostgreSql = database,
                        Time = time,
                        Beside = gateway,
                    }
                );
        var elsewhere = second is null ? partner : await second.ConnectOnboardedAsync("lender");
        await gateway.FeedAsync("anna", 700);
        var consent = await gateway.AgreeAsync("anna", "lender");
        foreach (var call in Calls(partner, consent.Subject).Concat(Calls(elsewhere, consent.Subject)))
        {
            await call();
        }

        await EndAsync(gateway, consent, how, time);

        if (how == "expire")
        {
            // So do the tokens.
            partner = await gateway.ConnectOnboardedAsync("lender");
            elsewhere = second is null ? partner : await second.ConnectOnboardedAsync("lender");
        }

        foreach (var call in Calls(elsewhere, consent.Subject).Concat(Calls(partner, consent.Subject)))
        {
            Assert.Equal("RESOURCE_NOT_FOUND", (await RefusedCall.OfAsync(call)).Reason);
        }

        Assert.Equal(
            "RESOURCE_NOT_FOUND",
            await ReasonAsync(partner.Consents.GetConsentAsync(new() { ConsentId = consent.ConsentId }).ResponseAsync)
        );
        var own = (await gateway.Persons.ListPersonConsentsAsync(new() { Person = "anna" })).Consents.Last();
        Assert.Equal(
            how switch
            {
                "suspend" => ConsentState.Suspended,
                "expire" => ConsentState.Expired,
                "replace" => ConsentState.Replaced,
                _ => ConsentState.Withdrawn,
            },
            own.State
        );
    }

    [Fact]
    public async Task Grant_AnsweredBeforeTheWithdrawal_IsReplayedAfterIt()
    {
        await using var gateway = await StartAsync();
        var partner = await gateway.ConnectAsync("lender", new Enrolment { Programme = Bike });
        await gateway.FeedAsync("anna", 700);
        var consent = await gateway.AgreeAsync("anna", "lender");
        var first = await partner.GrantAsync(consent.Subject, Bike, "o");
        await EndAsync(gateway, consent, "withdraw", new MovableTime());

        var again = await partner.GrantAsync(consent.Subject, Bike, "o");

        Assert.Equal(first.ToByteArray(), again.ToByteArray());
        Assert.Equal("RESOURCE_NOT_FOUND", await ReasonAsync(partner.GrantAsync(consent.Subject, Bike, "o2")));

        // What is open already goes on: the partner lent a bike and has to get it back.
        var own = await partner.Waivers.GetDepositWaiverAsync(new() { OrderId = "o" });
        Assert.Equal(consent.Subject, own.DepositWaiver.Subject);
        await partner.Waivers.CompleteDepositWaiverAsync(new() { RequestId = "c", DepositWaiverId = own.DepositWaiver.DepositWaiverId });
    }

    [Fact]
    public async Task Consent_Suspended_CanBeResumed_Withdrawn_CanNot()
    {
        await using var gateway = await StartAsync();
        var partner = await gateway.ConnectAsync("lender", new Enrolment { Programme = Bike });
        await gateway.FeedAsync("anna", 700);
        var consent = await gateway.AgreeAsync("anna", "lender");
        await EndAsync(gateway, consent, "suspend", new MovableTime());

        await gateway.Persons.ResumeConsentAsync(
            new()
            {
                RequestId = "r",
                Person = "anna",
                ConsentId = consent.ConsentId,
            }
        );
        Assert.Equal(700, (await partner.Scores.GetCreditScoreAsync(new() { Subject = consent.Subject })).Score.Score);

        await EndAsync(gateway, consent, "withdraw", new MovableTime());
        var refused = await RefusedCall.OfAsync(
            gateway.Persons.ResumeConsentAsync(
                new()
                {
                    RequestId = "r2",
                    Person = "anna",
                    ConsentId = consent.ConsentId,
                }
            )
        );
        Assert.Equal(("STATE_CONFLICT", "WITHDRAWN"), (refused.Reason, refused.Info.Metadata["state"]));
        var renewed = await gateway.AgreeAsync("anna", "lender");
        Assert.NotEqual(consent.ConsentId, renewed.ConsentId);
        Assert.Equal(consent.Subject, renewed.Subject);
        Assert.Equal(
            [ConsentState.Active, ConsentState.Withdrawn],
            (await gateway.Persons.ListPersonConsentsAsync(new() { Person = "anna" })).Consents.Select(item => item.State)
        );
    }

    [Fact]
    public async Task Subjects_OfOnePersonWithTwoPartners_HaveNothingInCommonAndDoNotCross()
    {
        await using var gateway = await StartAsync();
        var one = await gateway.ConnectAsync("one", new Enrolment { Programme = Bike });
        var two = await gateway.ConnectAsync("two", new Enrolment { Programme = Bike });
        await gateway.FeedAsync("anna", 700);
        var (first, second) = (await gateway.AgreeAsync("anna", "one"), await gateway.AgreeAsync("anna", "two"));

        Assert.NotEqual(first.Subject, second.Subject);
        Assert.Equal(
            "RESOURCE_NOT_FOUND",
            await ReasonAsync(two.Scores.GetCreditScoreAsync(new() { Subject = first.Subject }).ResponseAsync)
        );
        Assert.Equal(
            "RESOURCE_NOT_FOUND",
            await ReasonAsync(one.Scores.GetCreditScoreAsync(new() { Subject = second.Subject }).ResponseAsync)
        );
        Assert.Equal(
            "RESOURCE_NOT_FOUND",
            await ReasonAsync(two.Consents.GetConsentAsync(new() { ConsentId = first.ConsentId }).ResponseAsync)
        );
    }

    [Fact]
    public async Task Changes_OfAConsent_AreToldToItsPartnerAlone()
    {
        await using var gateway = await StartAsync();
        var one = await gateway.ConnectAsync("one", new Enrolment { Programme = Bike });
        var two = await gateway.ConnectAsync("two", new Enrolment { Programme = Bike });
        await gateway.FeedAsync("anna", 700);
        var consent = await gateway.AgreeAsync("anna", "one");
        await EndAsync(gateway, consent, "suspend", new MovableTime());
        await gateway.Persons.ResumeConsentAsync(
            new()
            {
                RequestId = "r",
                Person = "anna",
                ConsentId = consent.ConsentId,
            }
        );
        await EndAsync(gateway, consent, "opt out", new MovableTime());

        var events = (await one.Events.ListEventsAsync(new ListEventsRequest())).Events;

        Assert.Equal(
            [EventType.ConsentGranted, EventType.ConsentWithdrawn, EventType.ConsentGranted, EventType.ConsentWithdrawn],
            events.Select(item => item.Type)
        );
        Assert.All(events, item => Assert.Equal((consent.Subject, consent.ConsentId), (item.Subject, item.Consent.ConsentId)));
        Assert.Empty((await two.Events.ListEventsAsync(new ListEventsRequest())).Events);
    }

    [Fact]
    public async Task Leaves_SayWhichConsentAnAnswerRestsOn_AndTheRefusedLookToo()
    {
        await using var gateway = await StartAsync();
        var partner = await gateway.ConnectAsync("lender", new Enrolment { Programme = Bike });
        await gateway.FeedAsync("anna", 700);
        var consent = await gateway.AgreeAsync("anna", "lender");
        await partner.Scores.GetCreditScoreAsync(new() { Subject = consent.Subject });
        await EndAsync(gateway, consent, "withdraw", new MovableTime());
        await RefusedCall.OfAsync(partner.Scores.GetCreditScoreAsync(new() { Subject = consent.Subject }));

        var leaves = (await gateway.Audit.ListAuditEntriesAsync(new() { Person = "anna" })).Records.Select(record => record.Entry).ToList();

        Assert.Equal(
            [
                ("GrantConsent", AuditOutcome.Changed, consent.ConsentId),
                ("GetCreditScore", AuditOutcome.Disclosed, consent.ConsentId),
                ("WithdrawConsent", AuditOutcome.Changed, consent.ConsentId),
                ("GetCreditScore", AuditOutcome.Refused, ""),
            ],
            leaves.Select(entry => (entry.Method.Split('/')[1], entry.Outcome, entry.ConsentId))
        );
        Assert.Equal(Purpose.CreditLine, leaves[1].Purpose);
    }

    private async Task<GatewayUnderTest> StartAsync() => await stores.StartGatewayAsync(store, new GatewaySetup { Production = true });

    private static IEnumerable<Func<Task>> Calls(ConnectedPartner partner, string subject) =>
        [
            () => partner.Scores.GetCreditScoreAsync(new() { Subject = subject }).ResponseAsync,
            () => partner.Scores.GetScoreBandAsync(new() { Subject = subject }).ResponseAsync,
            () => partner.Eligibility.CheckEligibilityAsync(new() { Subject = subject, Programme = Bike }).ResponseAsync,
            () => partner.GrantAsync(subject, Bike, Guid.NewGuid().ToString()),
        ];

    private static async Task EndAsync(GatewayUnderTest gateway, PersonConsent consent, string how, MovableTime time)
    {
        var id = Guid.NewGuid().ToString();
        switch (how)
        {
            case "withdraw":
                await gateway.Persons.WithdrawConsentAsync(
                    new()
                    {
                        RequestId = id,
                        Person = "anna",
                        ConsentId = consent.ConsentId,
                    }
                );
                break;
            case "withdraw all":
                await gateway.Persons.WithdrawAllConsentsAsync(new() { RequestId = id, Person = "anna" });
                break;
            case "suspend":
                await gateway.Persons.SuspendConsentAsync(
                    new()
                    {
                        RequestId = id,
                        Person = "anna",
                        ConsentId = consent.ConsentId,
                    }
                );
                break;
            case "opt out":
                await gateway.Persons.OptOutAsync(new() { RequestId = id, Person = "anna" });
                break;
            case "replace":
                await gateway.AgreeAsync("anna", consent.Partner, "score.dimensions.read");
                break;
            default:
                time.Advance(TimeSpan.FromDays(180));
                break;
        }
    }

    private static async Task<string> ReasonAsync(Task call) => (await RefusedCall.OfAsync(() => call)).Reason;
}
