using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Disputes;

/// <summary>A person objects, what is objected to is marked, and the operator answers, on both stores.</summary>
public abstract class DisputeTests(Stores stores, Store store)
{
    private static readonly DisputeSubject Score = new() { Score = true };
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private readonly MovableTime time = new();

    [Fact]
    public async Task Dispute_OfTheScore_IsMarkedUntilItIsAnsweredOnce()
    {
        await using var gateway = await StartAsync();
        await gateway.FeedAsync("p", 500);

        var opened = await OpenAsync(gateway, "p", Score, "I paid that.\nLook again.");
        var during = await GetAsync(gateway, "p");
        var answered = await AnswerAsync(gateway, opened.DisputeId, "We have looked, and it is right.");
        var again = await RefusedCall.OfAsync(AnswerCall(gateway, opened.DisputeId, "Once more."));

        Assert.Equal((DisputeState.Open, "p", "I paid that.\nLook again."), (opened.State, opened.Person, opened.Statement));
        Assert.Equal(TimeSpan.FromDays(20), opened.DueTime.ToDateTimeOffset() - opened.OpenTime.ToDateTimeOffset());
        Assert.Equal(1, during.OpenDisputes);
        Assert.Equal((DisputeState.Answered, "We have looked, and it is right."), (answered.State, answered.Answer));
        Assert.Equal(0, (await GetAsync(gateway, "p")).OpenDisputes);
        Assert.Equal("STATE_CONFLICT", again.Reason);
        Assert.Equal(answered, Assert.Single(await ListAsync(gateway, new ListDisputesRequest { Person = "p" })));
    }

    [Fact]
    public async Task Dispute_OpenedAndAnswered_LeavesLeavesThatNameThePerson()
    {
        await using var gateway = await StartAsync();
        await gateway.FeedAsync("p", 500);
        var opened = await OpenAsync(gateway, "p", Score, "No.");
        await AnswerAsync(gateway, opened.DisputeId, "Yes.");

        var page = await gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Person = "p", PageSize = 1000 });
        var leaves = page.Records.Where(record => record.Entry.ResourceKind == "dispute").Select(record => record.Entry).ToList();

        Assert.Equal(["OpenDispute", "AnswerDispute"], leaves.Select(leaf => leaf.Method.Split('/')[1]));
        Assert.All(leaves, leaf => Assert.Equal(opened.DisputeId, leaf.ResourceId));
    }

    [Fact]
    public async Task Dispute_OfARefusal_MustBeThePersonsOwnRefusal()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = WaiverSteps.Bike });
        await gateway.FeedAsync("low", 500);
        await gateway.FeedAsync("other", 700);
        await bike.Eligibility.CheckEligibilityAsync(new CheckEligibilityRequest { Subject = "low", Programme = WaiverSteps.Bike });
        await bike.Eligibility.CheckEligibilityAsync(new CheckEligibilityRequest { Subject = "other", Programme = WaiverSteps.Bike });
        var refusal = await LeafAsync(gateway, "low", "CheckEligibility");
        var granted = await LeafAsync(gateway, "other", "CheckEligibility");

        var opened = await OpenAsync(gateway, "low", new DisputeSubject { LeafIndex = refusal }, "Why?");
        string[] refused =
        [
            await ReasonAsync(gateway, "other", new DisputeSubject { LeafIndex = refusal }),
            await ReasonAsync(gateway, "other", new DisputeSubject { LeafIndex = granted }),
            await ReasonAsync(gateway, "low", new DisputeSubject { LeafIndex = 1_000_000 }),
            await ReasonAsync(gateway, "nobody", Score),
        ];

        Assert.Equal(refusal, opened.About.LeafIndex);
        Assert.All(refused, reason => Assert.Equal("RESOURCE_NOT_FOUND", reason));
    }

    [Fact]
    public async Task Dispute_OfAnObligation_MarksItForOperators()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = WaiverSteps.Bike });
        var waiver = await bike.GrantBikeAsync(gateway, "p");
        await gateway.FeedAsync("other", 700);
        var about = new DisputeSubject { ObligationId = waiver.DepositWaiverId };

        Assert.False(await IsDisputedAsync(gateway, waiver));
        var opened = await OpenAsync(gateway, "p", about, "The bike was broken.");
        Assert.True(await IsDisputedAsync(gateway, waiver));
        Assert.Equal("RESOURCE_NOT_FOUND", await ReasonAsync(gateway, "other", about));
        await AnswerAsync(gateway, opened.DisputeId, "It was not.");
        Assert.False(await IsDisputedAsync(gateway, waiver));
    }

    [Fact]
    public async Task Disputes_BeyondTwentyOpen_AreRefusedUntilOneIsAnswered()
    {
        await using var gateway = await StartAsync();
        await gateway.FeedAsync("p", 500);
        var first = await OpenAsync(gateway, "p", Score, "1");
        for (var number = 2; number <= 20; number++)
        {
            await OpenAsync(gateway, "p", Score, $"{number}");
        }

        Assert.Equal("STATE_CONFLICT", await ReasonAsync(gateway, "p", Score));
        await AnswerAsync(gateway, first.DisputeId, "Yes.");
        await OpenAsync(gateway, "p", Score, "21");

        Assert.Equal(20, (await GetAsync(gateway, "p")).OpenDisputes);
    }

    [Fact]
    public async Task List_ByStateAndDueTime_TurnsPagesNewestFirst()
    {
        await using var gateway = await StartAsync();
        await gateway.FeedAsync("p", 500);
        await gateway.FeedAsync("q", 500);
        var early = await OpenAsync(gateway, "p", Score, "early");
        var answered = await AnswerAsync(gateway, (await OpenAsync(gateway, "p", Score, "answered")).DisputeId, "So.");
        time.Advance(TimeSpan.FromDays(1));
        var late = await OpenAsync(gateway, "q", Score, "late");
        time.Advance(TimeSpan.FromDays(19) - TimeSpan.FromMinutes(1));
        var none = await ListAsync(gateway, new ListDisputesRequest { OverdueOnly = true });
        time.Advance(TimeSpan.FromMinutes(1) + Moment);

        Assert.Empty(none);
        Assert.Equal([early], await ListAsync(gateway, new ListDisputesRequest { OverdueOnly = true }));
        Assert.Equal([late, early], await ListAsync(gateway, new ListDisputesRequest { State = DisputeState.Open }));
        Assert.Equal([answered], await ListAsync(gateway, new ListDisputesRequest { State = DisputeState.Answered }));
        Assert.Equal([late], await ListAsync(gateway, new ListDisputesRequest { Person = "q" }));
        Assert.Equal(3, (await ListAsync(gateway, new ListDisputesRequest())).Count);
    }

    [Fact]
    public async Task Open_WithTheSameRequestId_IsOneDispute()
    {
        await using var gateway = await StartAsync();
        await gateway.FeedAsync("p", 500);
        var request = new OpenDisputeRequest
        {
            RequestId = "same",
            Person = "p",
            About = Score,
            Statement = "No.",
        };

        var first = await gateway.Persons.OpenDisputeAsync(request);
        var second = await gateway.Persons.OpenDisputeAsync(request);

        Assert.Equal(first, second);
        Assert.Single(await ListAsync(gateway, new ListDisputesRequest { Person = "p" }));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n ")]
    [InlineData("a\0b")]
    public async Task Open_WithAStatementThatIsNone_NamesTheField(string statement)
    {
        await using var gateway = await StartAsync();
        await gateway.FeedAsync("p", 500);

        var refused = await RefusedCall.OfAsync(OpenCall(gateway, "p", Score, statement));
        var tooLong = await RefusedCall.OfAsync(OpenCall(gateway, "p", Score, new string('a', 1001)));
        var nothing = await RefusedCall.OfAsync(OpenCall(gateway, "p", new DisputeSubject(), "No."));
        await OpenAsync(gateway, "p", Score, new string('a', 1000));

        Assert.All([refused, tooLong, nothing], call => Assert.Equal("FIELD_INVALID", call.Reason));
    }

    private async Task<GatewayUnderTest> StartAsync() => await stores.StartGatewayAsync(store, new GatewaySetup { Time = time });

    private static AsyncUnaryCall<OpenDisputeResponse> OpenCall(
        GatewayUnderTest gateway,
        string person,
        DisputeSubject about,
        string statement
    ) =>
        gateway.Persons.OpenDisputeAsync(
            new OpenDisputeRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                Person = person,
                About = about,
                Statement = statement,
            }
        );

    private static async Task<Dispute> OpenAsync(GatewayUnderTest gateway, string person, DisputeSubject about, string statement) =>
        (await OpenCall(gateway, person, about, statement)).Dispute;

    private static async Task<string> ReasonAsync(GatewayUnderTest gateway, string person, DisputeSubject about) =>
        (await RefusedCall.OfAsync(OpenCall(gateway, person, about, "No."))).Reason;

    private static AsyncUnaryCall<AnswerDisputeResponse> AnswerCall(GatewayUnderTest gateway, string id, string answer) =>
        gateway.Persons.AnswerDisputeAsync(
            new AnswerDisputeRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                DisputeId = id,
                Answer = answer,
            }
        );

    private static async Task<Dispute> AnswerAsync(GatewayUnderTest gateway, string id, string answer) =>
        (await AnswerCall(gateway, id, answer)).Dispute;

    private static async Task<Person> GetAsync(GatewayUnderTest gateway, string person) =>
        (await gateway.Persons.GetPersonAsync(new GetPersonRequest { Person = person })).Person;

    private static async Task<bool> IsDisputedAsync(GatewayUnderTest gateway, DepositWaiver waiver)
    {
        var read = await gateway.Ledger.GetObligationAsync(new GetObligationRequest { ObligationId = waiver.DepositWaiverId });
        return read.Obligation.Disputed;
    }

    private static async Task<long> LeafAsync(GatewayUnderTest gateway, string person, string method)
    {
        var page = await gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Person = person, PageSize = 1000 });
        return page.Records.Last(record => record.Entry.Method.EndsWith(method, StringComparison.Ordinal)).LeafIndex;
    }

    // In pages of one, so that every list turns pages.
    private static async Task<List<Dispute>> ListAsync(GatewayUnderTest gateway, ListDisputesRequest request)
    {
        var disputes = new List<Dispute>();
        request.PageSize = 1;
        do
        {
            var page = await gateway.Persons.ListDisputesAsync(request);
            disputes.AddRange(page.Disputes);
            request.PageToken = page.NextPageToken;
        } while (request.PageToken.Length > 0);

        return disputes;
    }
}

public sealed class SqliteDisputeTests(Stores stores) : DisputeTests(stores, Store.Sqlite);

public sealed class PostgreSqlDisputeTests(Stores stores) : DisputeTests(stores, Store.PostgreSql);
