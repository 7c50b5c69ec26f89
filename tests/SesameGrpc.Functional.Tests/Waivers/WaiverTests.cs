using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Waivers;

/// <summary>Deposit waivers on both stores: life cycle, replay, privacy, paging.</summary>
public abstract class WaiverTests(Stores stores, Store store)
{
    private static readonly Enrolment[] All =
    [
        new() { Programme = "bike.deposit_free" },
        new() { Programme = "charger.deposit_free" },
        new() { Programme = "umbrella.deposit_free" },
        new() { Programme = "rail.lounge" },
    ];

    [Fact]
    public async Task Replay_OfAGrantWhoseEnrolmentHasEnded_IsTheFirstAnswer()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", All);
        await gateway.FeedAsync("p", 700);
        var first = await bike.GrantAsync("p", "bike.deposit_free", "1");

        await gateway.Partners.UpdatePartnerAsync(
            new UpdatePartnerRequest
            {
                RequestId = "u",
                Partner = new Partner { Partner_ = "bike" },
                UpdateMask = new() { Paths = { "enrolments" } },
            }
        );

        Assert.Equal(first, await bike.GrantAsync("p", "bike.deposit_free", "1"));
        Assert.Equal("PROGRAMME_NOT_ENROLLED", (await RefusedCall.OfAsync(() => bike.GrantAsync("p", "bike.deposit_free", "2"))).Reason);
    }

    [Fact]
    public async Task Cancel_OfAnActiveWaiver_FreesTheLimit()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", All);
        await gateway.FeedAsync("p", 700);
        var first = (await bike.GrantAsync("p", "bike.deposit_free", "1")).DepositWaiver;
        var full = await bike.GrantAsync("p", "bike.deposit_free", "2");

        var cancelled = await bike.Waivers.CancelDepositWaiverAsync(
            new CancelDepositWaiverRequest
            {
                RequestId = "c",
                DepositWaiverId = first.DepositWaiverId,
                ExpectedRevision = 1,
            }
        );
        var next = await bike.GrantAsync("p", "bike.deposit_free", "3");

        Assert.Equal(DecisionReason.ProgrammeLimitReached, Assert.Single(full.NotGranted.Reasons).Reason);
        Assert.Equal(DepositWaiverState.Cancelled, cancelled.DepositWaiver.State);
        Assert.Equal(2, cancelled.DepositWaiver.Revision);
        Assert.NotNull(cancelled.DepositWaiver.EndTime);
        Assert.Equal(DepositWaiverState.Active, next.DepositWaiver.State);
    }

    [Fact]
    public async Task Action_InAFinalState_IsAConflictThatNamesTheState()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", All);
        await gateway.FeedAsync("p", 700);
        var id = (await bike.GrantAsync("p", "bike.deposit_free", "1")).DepositWaiver.DepositWaiverId;
        var wrongRevision = await RefusedCall.OfAsync(
            bike.Waivers.CompleteDepositWaiverAsync(
                new()
                {
                    RequestId = "a",
                    DepositWaiverId = id,
                    ExpectedRevision = 7,
                }
            )
        );
        await bike.Waivers.CompleteDepositWaiverAsync(new() { RequestId = "b", DepositWaiverId = id });

        var refused = await RefusedCall.OfAsync(bike.Waivers.CancelDepositWaiverAsync(new() { RequestId = "c", DepositWaiverId = id }));

        Assert.Equal(
            (StatusCode.FailedPrecondition, "STATE_CONFLICT", "RELEASED"),
            (refused.Code, refused.Reason, refused.Info.Metadata["state"])
        );
        Assert.Equal(("", "2"), (refused.Info.Metadata["allowed_actions"], refused.Info.Metadata["revision"]));
        Assert.Equal(("STATE_CONFLICT", "COMPLETE,CANCEL,EXTEND"), (wrongRevision.Reason, wrongRevision.Info.Metadata["allowed_actions"]));
    }

    [Fact]
    public async Task Replay_OfTheSameRequest_IsByteEqualAndMarked_AndAnotherBodyIsRefused()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", All);
        await gateway.FeedAsync("p", 700);
        var request = new GrantDepositWaiverRequest
        {
            RequestId = "r",
            OrderId = "1",
            Subject = "p",
            Programme = "bike.deposit_free",
            Attributes =
            {
                ["a"] = new AttributeValue { Text = "1" },
                ["b"] = new AttributeValue { Number = 2 },
            },
        };
        var first = bike.Waivers.GrantDepositWaiverAsync(request);
        var answer = await first.ResponseAsync;
        await bike.Waivers.CompleteDepositWaiverAsync(new() { RequestId = "c", DepositWaiverId = answer.DepositWaiver.DepositWaiverId });

        // The same fields in another order of the map are the same body.
        var again = request.Clone();
        again.Attributes.Clear();
        again.Attributes["b"] = new AttributeValue { Number = 2 };
        again.Attributes["a"] = new AttributeValue { Text = "1" };
        var replay = bike.Waivers.GrantDepositWaiverAsync(again);
        var replayed = await replay.ResponseAsync;
        again.OrderId = "2";
        var reused = await RefusedCall.OfAsync(bike.Waivers.GrantDepositWaiverAsync(again));

        Assert.Null((await first.ResponseHeadersAsync).Get("sesame-replayed-from"));
        Assert.NotNull((await replay.ResponseHeadersAsync).Get("sesame-replayed-from"));
        Assert.Equal(answer.ToByteArray(), replayed.ToByteArray());
        Assert.Equal((StatusCode.InvalidArgument, "REQUEST_ID_REUSED"), (reused.Code, reused.Reason));
        Assert.Single((await bike.Waivers.ListDepositWaiversAsync(new())).DepositWaivers);
    }

    [Fact]
    public async Task Twins_AHundredAtOnce_HaveOneEffectAndEqualAnswers()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", All);
        await gateway.FeedAsync("p", 700);
        var request = new GrantDepositWaiverRequest
        {
            RequestId = "twin",
            OrderId = "1",
            Subject = "p",
            Programme = "charger.deposit_free",
        };

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(async _ => (await bike.Waivers.GrantDepositWaiverAsync(request)).ToByteString())
        );

        Assert.Single(answers.Distinct());
        Assert.Single((await bike.Waivers.ListDepositWaiversAsync(new())).DepositWaivers);
    }

    [Fact]
    public async Task Refusal_OfAPerson_IsReplayedAsWell()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", All);
        await gateway.FeedAsync("p", 649);
        var refused = await bike.GrantAsync("p", "bike.deposit_free", "1");
        await gateway.FeedAsync("p", 700, version: 2);

        var replayed = await bike.GrantAsync("p", "bike.deposit_free", "1");

        Assert.Equal(refused.ToByteArray(), replayed.ToByteArray());
        Assert.NotNull(replayed.NotGranted);
    }

    [Fact]
    public async Task Order_TakenByAnotherRequest_AlreadyExists()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", All);
        await gateway.FeedAsync("p", 700);
        await bike.GrantAsync("p", "charger.deposit_free", "1");

        var refused = await RefusedCall.OfAsync(
            bike.Waivers.GrantDepositWaiverAsync(
                new()
                {
                    RequestId = "other",
                    OrderId = "1",
                    Subject = "p",
                    Programme = "charger.deposit_free",
                }
            )
        );

        Assert.Equal(
            (StatusCode.AlreadyExists, "ALREADY_EXISTS", "order_id"),
            (refused.Code, refused.Reason, refused.Info.Metadata["field"])
        );
    }

    [Fact]
    public async Task Amount_AboveTheLimit_IsPartialOnlyWhenAsked()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", All);
        await gateway.FeedAsync("p", 700);
        var request = new GrantDepositWaiverRequest
        {
            RequestId = "1",
            OrderId = "1",
            Subject = "p",
            Programme = "bike.deposit_free",
            Amount = new Money { CurrencyCode = "CNY", MinorUnits = 29900 },
        };

        var whole = await bike.Waivers.GrantDepositWaiverAsync(request);
        request.AcceptPartial = true;
        request.RequestId = "2";
        var partial = await bike.Waivers.GrantDepositWaiverAsync(request);

        Assert.Equal(DecisionReason.AmountTooHigh, Assert.Single(whole.NotGranted.Reasons).Reason);
        Assert.Equal((19900L, 10000L), (partial.DepositWaiver.WaivedAmount.MinorUnits, partial.DepositWaiver.PayableAmount.MinorUnits));
    }

    [Fact]
    public async Task Decision_Eligible_IsHonouredWhenTheScoreFallsAfterwards_ButNotForACourtListedPerson()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", All);
        foreach (var person in new[] { "p", "q" })
        {
            await gateway.FeedAsync(person, 650);
        }

        var decisions = new[] { await CheckAsync("p"), await CheckAsync("q") };
        await gateway.FeedAsync("p", 500, version: 2);
        await gateway.FeedAsync("q", 650, courtListed: true, version: 2);
        var honoured = await GrantAsync("p", decisions[0]);
        var withoutIt = await GrantAsync("p", "");
        var listed = await GrantAsync("q", decisions[1]);

        Assert.Equal(decisions[0], honoured.DepositWaiver.DecisionId);
        Assert.NotNull(withoutIt.NotGranted);
        Assert.Contains(listed.NotGranted.Reasons, reason => reason.Reason == DecisionReason.CourtListed);

        async Task<string> CheckAsync(string person) =>
            (await bike.Eligibility.CheckEligibilityAsync(new() { Subject = person, Programme = "bike.deposit_free" })).DecisionId;

        async Task<GrantDepositWaiverResponse> GrantAsync(string person, string decision) =>
            await bike.Waivers.GrantDepositWaiverAsync(
                new()
                {
                    RequestId = $"{person}{decision}"[..Math.Min(60, person.Length + decision.Length)],
                    OrderId = $"{person}{decision.Length}",
                    Subject = person,
                    Programme = "bike.deposit_free",
                    DecisionId = decision,
                }
            );
    }

    [Fact]
    public async Task NotFound_IsAlikeForEverythingThatTheCallerMayNotKnow()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", All);
        var other = await gateway.ConnectAsync("other", All);
        await gateway.FeedAsync("p", 700);
        await gateway.FeedAsync("gone", 700);
        await gateway.Persons.OptOutAsync(new OptOutRequest { RequestId = "o", Person = "gone" });
        var foreign = (await other.GrantAsync("p", "bike.deposit_free", "1")).DepositWaiver.DepositWaiverId;

        var refusals = new[]
        {
            await RefusedCall.OfAsync(bike.Scores.GetCreditScoreAsync(new() { Subject = "nobody" })),
            await RefusedCall.OfAsync(bike.Scores.GetCreditScoreAsync(new() { Subject = "gone" })),
            await RefusedCall.OfAsync(
                bike.Eligibility.CheckEligibilityAsync(new() { Subject = "nobody", Programme = "bike.deposit_free" })
            ),
            await RefusedCall.OfAsync(async () => await bike.GrantAsync("gone", "bike.deposit_free", "2")),
            await RefusedCall.OfAsync(bike.Waivers.GetDepositWaiverAsync(new() { DepositWaiverId = foreign })),
            await RefusedCall.OfAsync(bike.Waivers.GetDepositWaiverAsync(new() { OrderId = "1" })),
            await RefusedCall.OfAsync(bike.Waivers.CancelDepositWaiverAsync(new() { RequestId = "x", DepositWaiverId = foreign })),
        };

        Assert.All(refusals, refused => Assert.Equal((StatusCode.NotFound, "RESOURCE_NOT_FOUND"), (refused.Code, refused.Reason)));
        Assert.Single(refusals.Select(refused => WithoutRequestId(refused.Status)).Distinct());

        static ByteString WithoutRequestId(Google.Rpc.Status status)
        {
            var copy = status.Clone();
            copy.Details.Remove(copy.Details.Single(detail => detail.Is(Google.Rpc.RequestInfo.Descriptor)));
            return copy.ToByteString();
        }
    }

    [Fact]
    public async Task Programme_NotEnrolledOrOfAnotherKind_IsRefused()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", All);
        await gateway.FeedAsync("p", 700);

        var notEnrolled = await RefusedCall.OfAsync(async () => await bike.GrantAsync("p", "apartment.deposit_free", "1"));
        var noSuch = await RefusedCall.OfAsync(bike.Eligibility.CheckEligibilityAsync(new() { Subject = "p", Programme = "no.such" }));
        var otherKind = await RefusedCall.OfAsync(async () => await bike.GrantAsync("p", "rail.lounge", "2"));

        Assert.Equal((StatusCode.PermissionDenied, "PROGRAMME_NOT_ENROLLED"), (notEnrolled.Code, notEnrolled.Reason));
        Assert.Equal("PROGRAMME_NOT_ENROLLED", noSuch.Reason);
        Assert.Equal("FIELD_INVALID", otherKind.Reason);
    }

    [Fact]
    public async Task Fields_SeveralWrong_AreAllNamedAtOnce()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", All);

        var refused = await RefusedCall.OfAsync(
            bike.Waivers.GrantDepositWaiverAsync(
                new()
                {
                    RequestId = "1",
                    OrderId = "",
                    Subject = "white space",
                    Programme = "bike.deposit_free",
                    Amount = new Money { CurrencyCode = "EUR", MinorUnits = -1 },
                }
            )
        );
        var noRequestId = await RefusedCall.OfAsync(
            bike.Waivers.GrantDepositWaiverAsync(
                new()
                {
                    OrderId = "1",
                    Subject = "p",
                    Programme = "bike.deposit_free",
                }
            )
        );

        Assert.Equal((StatusCode.InvalidArgument, "FIELD_INVALID"), (refused.Code, refused.Reason));
        Assert.Equal("order_id,subject,amount.currency_code,amount.minor_units", refused.Info.Metadata["fields"]);
        Assert.Equal("request_id", noRequestId.Info.Metadata["fields"]);
    }

    [Fact]
    public async Task List_PagesThroughEverythingOnce_NewestFirst_AndFilters()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", All);
        foreach (var person in new[] { "p", "q" })
        {
            await gateway.FeedAsync(person, 700);
            await bike.GrantAsync(person, "charger.deposit_free", $"{person}1");
            await bike.GrantAsync(person, "umbrella.deposit_free", $"{person}2");
        }

        var seen = new List<DepositWaiver>();
        var token = "";
        do
        {
            var page = await bike.Waivers.ListDepositWaiversAsync(new() { PageSize = 3, PageToken = token });
            seen.AddRange(page.DepositWaivers);
            token = page.NextPageToken;
        } while (token.Length > 0);
        var ofOne = await bike.Waivers.ListDepositWaiversAsync(new() { Subject = "q", State = DepositWaiverState.Active });

        Assert.Equal(4, seen.Select(waiver => waiver.DepositWaiverId).Distinct().Count());
        Assert.Equal(["q2", "q1", "p2", "p1"], seen.Select(waiver => waiver.OrderId));
        Assert.Equal(2, ofOne.DepositWaivers.Count);
        Assert.Equal("FIELD_INVALID", (await RefusedCall.OfAsync(bike.Waivers.ListDepositWaiversAsync(new() { PageSize = 1001 }))).Reason);
    }
}

public sealed class SqliteWaiverTests(Stores stores) : WaiverTests(stores, Store.Sqlite);

public sealed class PostgreSqlWaiverTests(Stores stores) : WaiverTests(stores, Store.PostgreSql);
