using System.Reflection;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Fulfilments;
using SesameGrpc.Functional.Tests.Visits;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.Gateway.HttpJson;
using SesameGrpc.TestSupport;
using Xunit;
using PartnerGetProgrammeRequest = SesameGrpc.Contracts.Partner.V1.GetProgrammeRequest;
using PartnerListProgrammesRequest = SesameGrpc.Contracts.Partner.V1.ListProgrammesRequest;
using PartnerProgrammes = SesameGrpc.Contracts.Partner.V1.ListProgrammesResponse;

namespace SesameGrpc.Functional.Tests.HttpJson;

/// <summary>Every unary method of partners, over gRPC and over HTTP+JSON at every route: the same answer, one effect for both, the same leaves, the same refusals.</summary>
public sealed class EveryMethodTests(NodePackages node)
{
    private const string Person = "test-700";

    private static IEnumerable<HttpRoute> Routes =>
        typeof(DepositWaiverService)
            .Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(DepositWaiverService).Namespace)
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
            .OfType<ServiceDescriptor>()
            .SelectMany(service => service.Methods)
            .SelectMany(HttpRoute.Of);

    [Fact]
    public async Task Methods_AtEveryRoute_AnswerAsOverGrpc_AndAsTheDocumentSays()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.FeedAsync(Person, 700);
        var shop = await gateway.ConnectAsync(
            "shop",
            new Enrolment { Programme = WaiverSteps.Bike },
            new Enrolment { Programme = FulfilmentSteps.Library }
        );
        var ways = new TwoWays(gateway);

        await LookAsync(ways, shop);
        await WaiveAsync(ways, shop);
        await ReportAsync(ways, shop);
        await TellAsync(ways, shop);
        await TreatAsync(ways, await gateway.ConnectHospitalAsync());
        await ShowAsync(ways, await ConnectDatingAsync(gateway));

        Assert.Equal(
            Routes.Select(route => route.Name).Order(StringComparer.Ordinal),
            ways.Samples.Select(sample => sample.Route).Distinct().Order(StringComparer.Ordinal)
        );
        await AssertDocumentedAsync(gateway, ways.Samples);
    }

    /// <summary>The OpenAPI document is one to a public validator, and all that was sent and answered fits its schemas.</summary>
    private async Task AssertDocumentedAsync(GatewayUnderTest gateway, IEnumerable<(string Route, string? Body, string Answer)> samples)
    {
        await node.RequireAsync();
        var file = Path.Combine(gateway.DataDirectory, "samples.jsonl");
        await File.WriteAllLinesAsync(
            file,
            samples.Select(sample =>
                new JsonObject
                {
                    ["operation"] = sample.Route,
                    ["body"] = sample.Body is null ? null : JsonNode.Parse(sample.Body),
                    ["answer"] = JsonNode.Parse(sample.Answer),
                }.ToJsonString()
            )
        );

        var run = await ForeignProgram.RunAsync("node", ["node/openapi.mjs", file], ForeignProgram.EnvironmentOf(gateway, "shop"));

        Assert.Equal(("3.1", Routes.Count()), ((string?)run.Step("document")["version"], (int?)run.Step("document")["operations"]));
        Assert.Empty(run.Step("samples")["unseen"]!.AsArray());
    }

    [Fact]
    public async Task Methods_AtEveryRoute_RefuseAsOverGrpc()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var stranger = await gateway.ConnectAsync("stranger");
        var hospital = await gateway.ConnectHospitalAsync();
        var dating = await ConnectDatingAsync(gateway);
        var ways = new TwoWays(gateway);
        var reasons = new List<string>();

        // Nothing is stated but what the path needs; lists are asked for more than there can be.
        foreach (var route in Routes)
        {
            var request = Emptiest(route);
            var partner = route.Method.Service.Name switch
            {
                "DeferredPaymentService" => hospital,
                "CreditBadgeService" => dating,
                _ => stranger,
            };
            reasons.Add(await ways.RefuseAsync(partner, route, request));
            reasons.Add(await ways.RefuseAsync(route.Method.Service.Name == "CreditBadgeService" ? stranger : dating, route, request));
        }

        Assert.Equal(
            ["FIELD_INVALID", "PROGRAMME_NOT_ENROLLED", "RESOURCE_NOT_FOUND", "SCOPE_MISSING"],
            reasons.Distinct().Order(StringComparer.Ordinal)
        );
    }

    private static Google.Protobuf.IMessage Emptiest(HttpRoute route)
    {
        var request = (Google.Protobuf.IMessage)route.Method.InputType.Parser.ParseFrom(Array.Empty<byte>());
        foreach (var path in route.PathFields)
        {
            var message = request;
            foreach (var part in path.Split('.')[..^1])
            {
                var field = message.Descriptor.FindFieldByName(part);
                field.Accessor.SetValue(message, field.MessageType.Parser.ParseFrom(Array.Empty<byte>()));
                message = (Google.Protobuf.IMessage)field.Accessor.GetValue(message);
            }

            message.Descriptor.FindFieldByName(path.Split('.')[^1]).Accessor.SetValue(message, "no such thing/at:all");
        }

        request.Descriptor.FindFieldByName("page_size")?.Accessor.SetValue(request, 1001);
        return request;
    }

    private static async Task LookAsync(TwoWays ways, ConnectedPartner shop)
    {
        var check = new CheckEligibilityRequest
        {
            Subject = Person,
            Programme = WaiverSteps.Bike,
            Attributes =
            {
                ["city"] = new AttributeValue { Text = "杭州" },
                ["rides"] = new AttributeValue { Number = long.MaxValue },
            },
        };
        var score = await ways.SendAsync<GetCreditScoreResponse>(
            shop,
            new GetCreditScoreRequest { Subject = Person, IncludeDimensions = true }
        );
        Assert.Equal(700, score.Score.Score);
        await ways.SendAsync<BatchGetCreditScoresResponse>(shop, new BatchGetCreditScoresRequest { Subjects = { Person, "nobody" } });
        await ways.SendAsync<GetScoreBandResponse>(shop, new GetScoreBandRequest { Subject = Person });
        await ways.SendAsync<CheckEligibilityResponse>(shop, check);
        await ways.SendAsync<BatchCheckEligibilityResponse>(shop, new BatchCheckEligibilityRequest { Checks = { check, check } });
        await ways.SendAsync<PartnerProgrammes>(shop, new PartnerListProgrammesRequest { PageSize = 1 });
        await ways.SendAsync<Contracts.Partner.V1.GetProgrammeResponse>(
            shop,
            new PartnerGetProgrammeRequest { Programme = WaiverSteps.Bike }
        );
        var consents = await ways.SendAsync<ListConsentsResponse>(shop, new ListConsentsRequest());
        await ways.SendAsync<GetConsentResponse>(shop, new GetConsentRequest { ConsentId = consents.Consents[0].ConsentId });
        await ways.SendAsync<GetConsentResponse>(shop, new GetConsentRequest { Subject = Person });
    }

    private static async Task WaiveAsync(TwoWays ways, ConnectedPartner shop)
    {
        var waiver = await GrantAsync("ride/1:a %");
        await ways.SendAsync<GetDepositWaiverResponse>(shop, new GetDepositWaiverRequest { DepositWaiverId = waiver.DepositWaiverId });
        await ways.SendAsync<GetDepositWaiverResponse>(shop, new GetDepositWaiverRequest { OrderId = waiver.OrderId });
        await ways.SendAsync<ListDepositWaiversResponse>(
            shop,
            new ListDepositWaiversRequest { State = DepositWaiverState.Active, PageSize = 3 }
        );
        await ways.SendAsync<ListDepositWaiversResponse>(shop, new ListDepositWaiversRequest { Subject = Person });
        await ways.SendAsync<ExtendDepositWaiverResponse>(
            shop,
            new ExtendDepositWaiverRequest
            {
                RequestId = "extend",
                DepositWaiverId = waiver.DepositWaiverId,
                DueTime = Timestamp.FromDateTimeOffset(waiver.DueTime.ToDateTimeOffset().AddMicroseconds(1)),
            }
        );
        await ways.SendAsync<CompleteDepositWaiverResponse>(
            shop,
            new CompleteDepositWaiverRequest
            {
                RequestId = "complete",
                DepositWaiverId = waiver.DepositWaiverId,
                Charge = WaiverCalls.ChargeOf(900),
            }
        );
        await ways.SendAsync<CorrectDepositWaiverChargeResponse>(
            shop,
            new CorrectDepositWaiverChargeRequest
            {
                RequestId = "correct",
                DepositWaiverId = waiver.DepositWaiverId,
                Charge = WaiverCalls.ChargeOf(800),
            }
        );
        await ways.SendAsync<ReportDepositWaiverPaymentResponse>(
            shop,
            new ReportDepositWaiverPaymentRequest
            {
                RequestId = "paid",
                DepositWaiverId = waiver.DepositWaiverId,
                Amount = WaiverCalls.Fen(800),
            }
        );
        var other = await GrantAsync("ride-2");
        await ways.SendAsync<CancelDepositWaiverResponse>(
            shop,
            new CancelDepositWaiverRequest
            {
                RequestId = "cancel",
                DepositWaiverId = other.DepositWaiverId,
                ExpectedRevision = 1,
            }
        );

        async Task<DepositWaiver> GrantAsync(string order)
        {
            var request = new GrantDepositWaiverRequest
            {
                RequestId = $"grant {order}".Replace(' ', '-'),
                OrderId = order.Replace(' ', '_'),
                Subject = Person,
                Programme = WaiverSteps.Bike,
            };
            return (await ways.SendAsync<GrantDepositWaiverResponse>(shop, request)).DepositWaiver;
        }
    }

    private static async Task ReportAsync(TwoWays ways, ConnectedPartner shop)
    {
        var now = TimeProvider.System.GetUtcNow();
        var reported = await ways.SendAsync<ReportFulfilmentResponse>(
            shop,
            FulfilmentSteps.NewReport(Person, "loan-1", now, FulfilmentSteps.Kept(now))
        );
        var id = reported.Fulfilment.FulfilmentId;
        await ways.SendAsync<CorrectFulfilmentResponse>(
            shop,
            new CorrectFulfilmentRequest
            {
                RequestId = "retract",
                FulfilmentId = id,
                Retract = true,
            }
        );
        await ways.SendAsync<GetFulfilmentResponse>(shop, new GetFulfilmentRequest { FulfilmentId = id });
        await ways.SendAsync<GetFulfilmentResponse>(shop, new GetFulfilmentRequest { ReportId = "loan-1" });
        await ways.SendAsync<ListFulfilmentsResponse>(shop, new ListFulfilmentsRequest());
        await ways.SendAsync<ListFulfilmentsResponse>(shop, new ListFulfilmentsRequest { Subject = Person });
    }

    private static async Task TellAsync(TwoWays ways, ConnectedPartner shop)
    {
        await ways.SendAsync<ListEventsResponse>(shop, new ListEventsRequest { PageSize = 2 });
        var created = await ways.SendAsync<CreateWebhookEndpointResponse>(
            shop,
            new CreateWebhookEndpointRequest
            {
                RequestId = "add",
                WebhookEndpoint = new WebhookEndpoint { Url = "http://localhost:9/hooks", EventTypes = { EventType.DepositWaiverGranted } },
            }
        );
        var id = created.WebhookEndpoint.WebhookEndpointId;
        await ways.SendAsync<GetWebhookEndpointResponse>(shop, new GetWebhookEndpointRequest { WebhookEndpointId = id });
        await ways.SendAsync<ListWebhookEndpointsResponse>(shop, new ListWebhookEndpointsRequest());
        await ways.SendAsync<UpdateWebhookEndpointResponse>(
            shop,
            new UpdateWebhookEndpointRequest
            {
                RequestId = "update",
                WebhookEndpoint = new WebhookEndpoint
                {
                    WebhookEndpointId = id,
                    Description = "the till",
                    EventTypes = { EventType.VisitOpened },
                },
                UpdateMask = FieldMask.FromString<WebhookEndpoint>("description,event_types"),
            }
        );
        await ways.SendAsync<RotateWebhookSecretResponse>(
            shop,
            new RotateWebhookSecretRequest { RequestId = "rotate", WebhookEndpointId = id }
        );
        await ways.SendAsync<RedeliverWebhookEventsResponse>(
            shop,
            new RedeliverWebhookEventsRequest
            {
                RequestId = "again",
                WebhookEndpointId = id,
                FailedSinceTime = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddHours(-1)),
            }
        );
        await ways.SendAsync<ListWebhookDeliveriesResponse>(
            shop,
            new ListWebhookDeliveriesRequest { WebhookEndpointId = id, State = WebhookDeliveryState.Delivered }
        );
        await ways.SendAsync<DeleteWebhookEndpointResponse>(
            shop,
            new DeleteWebhookEndpointRequest { RequestId = "drop", WebhookEndpointId = id }
        );
    }

    private static async Task TreatAsync(TwoWays ways, ConnectedPartner hospital)
    {
        var opened = await ways.SendAsync<OpenVisitResponse>(
            hospital,
            new OpenVisitRequest
            {
                RequestId = "open",
                OrderId = "visit-1",
                Subject = Person,
                Programme = VisitSteps.PayLater,
            }
        );
        var id = opened.Visit.VisitId;
        foreach (var (charge, fen) in new[] { ("registration/1", 1_000), ("x-ray:2", 9_000), ("pills", 500) })
        {
            await ways.SendAsync<AddVisitChargeResponse>(
                hospital,
                new AddVisitChargeRequest
                {
                    RequestId = $"add-{charge}",
                    VisitId = id,
                    ChargeId = charge,
                    Kind = VisitChargeKind.Examination,
                    Amount = VisitSteps.Fen(fen),
                }
            );
        }

        await ways.SendAsync<VoidVisitChargeResponse>(
            hospital,
            new VoidVisitChargeRequest
            {
                RequestId = "void",
                VisitId = id,
                ChargeId = "registration/1",
            }
        );
        await SettleAsync(ways, hospital, id);
        await ways.SendAsync<GetVisitResponse>(hospital, new GetVisitRequest { VisitId = id });
        await ways.SendAsync<GetVisitResponse>(hospital, new GetVisitRequest { OrderId = "visit-1" });
        await ways.SendAsync<ListVisitsResponse>(hospital, new ListVisitsRequest { State = VisitState.Settled });
        await ways.SendAsync<ListVisitsResponse>(hospital, new ListVisitsRequest { Subject = Person });
    }

    private static async Task SettleAsync(TwoWays ways, ConnectedPartner hospital, string id)
    {
        await ways.SendAsync<CloseVisitResponse>(hospital, new CloseVisitRequest { RequestId = "close", VisitId = id });
        var settlement = VisitSteps.Settlement(
            VisitSteps.Line("x-ray:2", 6_000, 0, 0, 0, 3_000),
            VisitSteps.Line("pills", 0, 0, 0, 0, 500)
        );
        await ways.SendAsync<SettleVisitResponse>(
            hospital,
            new SettleVisitRequest
            {
                RequestId = "settle",
                VisitId = id,
                Settlement = settlement,
            }
        );
        await ways.SendAsync<RefundVisitChargeResponse>(
            hospital,
            new RefundVisitChargeRequest
            {
                RequestId = "refund",
                VisitId = id,
                ChargeId = "x-ray:2",
                Amount = VisitSteps.Fen(500),
            }
        );
        await ways.SendAsync<ReportVisitPaymentResponse>(
            hospital,
            new ReportVisitPaymentRequest
            {
                RequestId = "pay",
                VisitId = id,
                Amount = VisitSteps.Fen(3_000),
            }
        );
    }

    private static async Task ShowAsync(TwoWays ways, ConnectedPartner dating)
    {
        var issued = await ways.SendAsync<IssueCreditBadgeResponse>(
            dating,
            new IssueCreditBadgeRequest
            {
                RequestId = "issue",
                Subject = Person,
                Programme = "dating.badge",
                Site = "https://www.baihe.example",
                Profile = "zhang",
            }
        );
        var id = issued.CreditBadge.CreditBadgeId;
        await ways.SendAsync<GetCreditBadgeResponse>(dating, new GetCreditBadgeRequest { CreditBadgeId = id });
        await ways.SendAsync<ListCreditBadgesResponse>(dating, new ListCreditBadgesRequest());
        await ways.SendAsync<ListCreditBadgesResponse>(dating, new ListCreditBadgesRequest { Subject = Person });
        await ways.SendAsync<RevokeCreditBadgeResponse>(dating, new RevokeCreditBadgeRequest { RequestId = "revoke", CreditBadgeId = id });
    }

    private static async Task<ConnectedPartner> ConnectDatingAsync(GatewayUnderTest gateway)
    {
        string[] scopes = ["credit_badge.read", "credit_badge.write"];
        var partner = new Partner
        {
            Partner_ = "dating",
            DisplayName = "dating",
            Kind = PartnerKind.Dating,
            Scopes = { scopes },
            BadgeSites = { "https://www.baihe.example" },
            Enrolments =
            {
                new Enrolment { Programme = "dating.badge", MinimumScore = 600 },
            },
        };
        await gateway.Partners.CreatePartnerAsync(new CreatePartnerRequest { RequestId = "create-dating", Partner = partner });
        return await gateway.ConnectOnboardedAsync("dating", scopes: scopes);
    }
}
