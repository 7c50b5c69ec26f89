using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Events;

/// <summary>What partners hear of their objects, on both stores.</summary>
public abstract class EventTests(Stores stores, Store store)
{
    private static readonly Enrolment Bike = new() { Programme = "bike.deposit_free" };
    private static readonly Enrolment Umbrella = new() { Programme = "umbrella.deposit_free" };

    [Fact]
    public async Task Changes_OfEveryKindThatAPartnerMakes_AreOneEventEachInTheirOrder()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", Bike, Umbrella);

        await LiveThroughAllAsync(gateway, bike, "p");
        var events = (await bike.Events.ListEventsAsync(new ListEventsRequest())).Events;

        Assert.Equal(
            [
                "granted-1 Granted Active 1",
                "granted-1 Extended Active 2",
                "granted-1 Completed Settling 3",
                "granted-1 ChargeCorrected Settling 4",
                "granted-1 Settled Settled 5",
                "granted-2 Granted Active 1",
                "granted-2 Cancelled Cancelled 2",
                "granted-3 Granted Active 1",
                "granted-3 Completed Settling 2",
                "granted-3 Released Released 3",
            ],
            events.Select(item =>
                $"{item.DepositWaiver.OrderId} {item.Type.ToString()["DepositWaiver".Length..]} {item.DepositWaiver.State} {item.DepositWaiver.Revision}"
            )
        );
        Assert.All(events, item => Assert.Equal("p", item.Subject));
        Assert.Equal(events.Count, events.Select(item => item.EventId).Distinct().Count());
    }

    [Fact]
    public async Task Refusals_AndRepetitions_MakeNoEvent()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", Bike);
        await gateway.FeedAsync("low", 400);

        var granted = await bike.GrantAsync("p", "bike.deposit_free", "1");
        await bike.GrantAsync("p", "bike.deposit_free", "1");
        var refused = await bike.GrantAsync("low", "bike.deposit_free", "2");
        await RefusedCall.OfAsync(async () => await bike.PayAsync(granted.DepositWaiver, "pay", 100));

        Assert.NotNull(refused.NotGranted);
        Assert.Single((await bike.Events.ListEventsAsync(new ListEventsRequest())).Events);
    }

    [Fact]
    public async Task Pages_AndResumeTokens_FromAnyPlaceLoseNothing()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", Bike, Umbrella);
        await LiveThroughAllAsync(gateway, bike, "p");
        var all = (await bike.Events.ListEventsAsync(new ListEventsRequest())).Events.ToList();

        var seen = new List<Event>();
        var token = "";
        do
        {
            var page = await bike.Events.ListEventsAsync(new ListEventsRequest { PageSize = 3, PageToken = token });
            seen.AddRange(page.Events);
            var rest = await bike.Events.ListEventsAsync(new ListEventsRequest { PageToken = page.ResumeToken });
            Assert.Equal(all.Skip(seen.Count), rest.Events);
            token = page.NextPageToken;
        } while (token.Length > 0);

        Assert.Equal(all, seen);
    }

    [Fact]
    public async Task Events_OfAnotherPartner_AreNeitherSeenNorReachedByItsToken()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", Bike);
        var other = await gateway.ConnectAsync("other", Bike);
        await bike.GrantAsync("p", "bike.deposit_free", "1");
        var page = await bike.Events.ListEventsAsync(new ListEventsRequest());

        var theirs = await other.Events.ListEventsAsync(new ListEventsRequest());
        var refused = await RefusedCall.OfAsync(other.Events.ListEventsAsync(new ListEventsRequest { PageToken = page.ResumeToken }));

        Assert.Empty(theirs.Events);
        Assert.Equal((StatusCode.InvalidArgument, "FIELD_INVALID"), (refused.Code, refused.Reason));
    }

    [Fact]
    public async Task Events_AreNumberedByTheLeafOfTheirChange_WhichSaysThatTheyAreTold()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", Bike, Umbrella);
        await LiveThroughAllAsync(gateway, bike, "p");

        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        var events = (
            await connection
                .Command("SELECT position, document FROM events")
                .ListAsync(row => (row.GetInt64(0), Event.Parser.ParseFrom(row.GetFieldValue<byte[]>(1))), CancellationToken.None)
        ).ToDictionary();
        var leaves = await StoredLeaves.ReadAsync(connection);
        var pairs = leaves.Select(leaf => (Event: events.GetValueOrDefault(leaf.Index), Leaf: leaf.Entry)).ToList();

        Assert.Equal(10, pairs.Count(pair => pair.Event is not null));
        Assert.All(
            pairs,
            pair =>
                Assert.Equal(
                    pair.Event is { DepositWaiver: var waiver } ? (waiver.DepositWaiverId, waiver.Revision) : default,
                    pair.Leaf.DisclosedFields.Contains("event") ? (pair.Leaf.ResourceId, pair.Leaf.ResourceRevision) : default
                )
        );
    }

    private async Task<GatewayUnderTest> StartAsync()
    {
        var gateway = await stores.StartGatewayAsync(store);
        await gateway.FeedAsync("p", 700);
        return gateway;
    }

    // Ten changes of three waivers.
    private static async Task LiveThroughAllAsync(GatewayUnderTest gateway, ConnectedPartner bike, string person)
    {
        var first = (await bike.GrantAsync(person, "umbrella.deposit_free", "granted-1")).DepositWaiver;
        await bike.ExtendAsync(
            first,
            "extend",
            Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(
                gateway.Service<TimeProvider>().GetUtcNow() + (first.DueTime - first.GrantTime).ToTimeSpan()
            )
        );
        await bike.CompleteAsync(first, "complete-1", 2_000);
        await bike.CorrectAsync(first, "correct-1", 1_000);
        await bike.PayAsync(first, "pay-1", 1_000);
        var second = (await bike.GrantAsync(person, "bike.deposit_free", "granted-2")).DepositWaiver;
        await bike.CancelAsync(second, "cancel-2");
        var third = (await bike.GrantAsync(person, "bike.deposit_free", "granted-3")).DepositWaiver;
        await bike.CompleteAsync(third, "complete-3", 2_000);
        await bike.CorrectAsync(third, "correct-3", 0);
    }
}

public sealed class SqliteEventTests(Stores stores) : EventTests(stores, Store.Sqlite);

public sealed class PostgreSqlEventTests(Stores stores) : EventTests(stores, Store.PostgreSql);
