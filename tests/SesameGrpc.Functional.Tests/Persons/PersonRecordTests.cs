using System.Text.Json;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Persons;

/// <summary>What is on record of a person, for the operator's own app.</summary>
public sealed class PersonRecordTests(Stores stores)
{
    private static readonly Enrolment Bike = new() { Programme = "bike.deposit_free" };

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.PostgreSql)]
    public async Task Accesses_ComeNewestFirst_PageByPage_AndOnlyThePersons(Store store)
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var partner = await gateway.ConnectAsync("bike", Bike);
        await gateway.FeedAsync("test-649", 649);
        await gateway.FeedAsync("test-700", 700);
        for (var look = 0; look < 5; look++)
        {
            await partner.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-649" });
            await partner.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-700" });
        }

        await partner.Eligibility.CheckEligibilityAsync(new CheckEligibilityRequest { Subject = "test-649", Programme = Bike.Programme });
        var request = new ListAccessesRequest { Person = "test-649", PageSize = 4 };
        var first = await gateway.Persons.ListAccessesAsync(request);
        request.PageToken = first.NextPageToken;
        var second = await gateway.Persons.ListAccessesAsync(request);
        var again = await gateway.Persons.ListAccessesAsync(new ListAccessesRequest { Person = "test-649", PageSize = 1 });

        Assert.Equal((4, 2, ""), (first.Accesses.Count, second.Accesses.Count, second.NextPageToken));
        var all = first.Accesses.Concat(second.Accesses).ToList();
        Assert.Equal(all.OrderByDescending(access => access.LeafIndex), all);
        var decided = all[0];
        Assert.Equal((EligibilityDecision.NotEligible, "bike.deposit_free"), (decided.Decision, decided.Programme));
        Assert.Equal("您的信用分暂未达到该服务的要求。", decided.DecisionReasons.Single().TextZh);
        Assert.NotEqual("", decided.PolicyVersion);
        Assert.All(all.Skip(1), access => Assert.Equal(["score", "band"], access.DisclosedFields));
        Assert.All(all, access => Assert.Equal(Purpose.CreditLine, access.Purpose));
        Assert.Equal("sesame.operator.v1.PersonService/ListAccesses", again.Accesses.Single().Method);
    }

    [Fact]
    public async Task Accesses_OfARefusedLook_SayWhyAndThatNothingWasTold()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var partner = await gateway.ConnectAsync("bike", Bike);
        await gateway.FeedAsync("test-650-revoked", 650);
        await RefusedCall.OfAsync(partner.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "test-650-revoked" }));

        var access = (await gateway.Persons.ListAccessesAsync(new ListAccessesRequest { Person = "test-650-revoked" })).Accesses.Single();

        Assert.Equal((AuditOutcome.Refused, ErrorReason.ResourceNotFound), (access.Outcome, access.ErrorReason));
        Assert.Equal(("partner:bike", "bike"), (access.Caller, access.PartnerDisplayName));
        Assert.Empty(access.DisclosedFields);
    }

    [Fact]
    public async Task Accesses_WithAnotherToken_AreRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.FeedAsync("test-650", 650);

        var refused = await RefusedCall.OfAsync(
            gateway.Persons.ListAccessesAsync(new ListAccessesRequest { Person = "test-650", PageToken = "1.x" })
        );
        var unknown = await RefusedCall.OfAsync(gateway.Persons.ListAccessesAsync(new ListAccessesRequest { Person = "nobody" }));

        Assert.Equal(("FIELD_INVALID", "RESOURCE_NOT_FOUND"), (refused.Reason, unknown.Reason));
        Assert.Equal("page_token", refused.Info.Metadata["fields"]);
    }

    [Fact]
    public async Task Export_HasEachPart_AndLeavesALeaf()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var partner = await gateway.ConnectAsync("bike", Bike);
        await gateway.FeedAsync("test-650", 650);
        await partner.GrantAsync("test-650", "bike.deposit_free", "ride-1");

        var json = JsonDocument.Parse((await gateway.Persons.ExportPersonAsync(new ExportPersonRequest { Person = "test-650" })).Json);
        var newest = (await gateway.Persons.ListAccessesAsync(new ListAccessesRequest { Person = "test-650" })).Accesses[0];

        string[] names =
        [
            .. new[] { "format", "format_version", "export_time", "person", "score", "former_scores", "consents", "obligations" },
            .. new[] { "credit_badges", "fulfilments", "disputes", "accesses", "accesses_limit", "accesses_complete" },
        ];
        Assert.Equal(names, json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(19900, json.RootElement.GetProperty("obligations")[0].GetProperty("held_fen").GetInt64());
        Assert.Equal(["export"], newest.DisclosedFields);
    }
}
