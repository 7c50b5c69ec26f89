using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Visits;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Functional.Tests.Sandbox;

/// <summary>The rows of reasons that orders and their objects give.</summary>
internal static class OrderTriggers
{
    private const long ChargedFen = 500;

    public static IReadOnlyDictionary<ErrorReason, ErrorTrigger> All { get; } =
        new Dictionary<ErrorReason, ErrorTrigger>
        {
            [ErrorReason.RequestIdReused] = new(
                "Call `GrantDepositWaiver` for `test-650` twice with the same `request_id` and another `order_id`.",
                async scene =>
                {
                    var (partner, waiver) = await GrantAsync(scene, 700);
                    var again = Grant(waiver, "another-order", $"grant-{waiver.OrderId}");
                    return await RefusedCall.OfAsync(partner.Waivers.GrantDepositWaiverAsync(again));
                }
            ),
            [ErrorReason.AlreadyExists] = new(
                "Grant a waiver, complete it, and call `GrantDepositWaiver` again with the same `order_id` and a new `request_id`.",
                async scene =>
                {
                    var (partner, waiver) = await GrantAsync(scene, 701);
                    await partner.ReleaseAsync(waiver);
                    return await RefusedCall.OfAsync(partner.Waivers.GrantDepositWaiverAsync(Grant(waiver, waiver.OrderId, "new")));
                }
            ),
            [ErrorReason.AlreadySettled] = new(
                "Complete a waiver with a charge, and report its payment twice, each time with a new `request_id`.",
                async scene =>
                {
                    var (partner, waiver) = await GrantAsync(scene, 702);
                    await partner.CompleteAsync(waiver, ChargedFen);
                    await partner.PayAsync(waiver, ChargedFen);
                    return await RefusedCall.OfAsync(() => partner.PayAsync(waiver, "again", ChargedFen));
                }
            ),
            [ErrorReason.CollectionUnderWay] = new(
                "Complete a waiver of `test-650-slowpay` with a charge, then `./sesame sandbox clock --advance 2m`, and correct the charge.",
                async scene =>
                {
                    var (partner, waiver) = await GrantAsync(scene, "test-703-slowpay");
                    await partner.CompleteAsync(waiver, ChargedFen);
                    await scene.AdvanceAsync(TimeSpan.FromMinutes(2));
                    await partner.WhenAsync(waiver, now => now.Collection == CollectionState.Submitted, "submitted");
                    return await RefusedCall.OfAsync(() => partner.CorrectAsync(waiver, ChargedFen - 1));
                }
            ),
            [ErrorReason.StateConflict] = new(
                "Complete a waiver twice, each time with a new `request_id`.",
                async scene =>
                {
                    var (partner, waiver) = await GrantAsync(scene, 704);
                    await partner.CompleteAsync(waiver, ChargedFen);
                    return await RefusedCall.OfAsync(() => partner.CompleteAsync(waiver, "again", ChargedFen));
                }
            ),
            [ErrorReason.LostRace] = new(
                "`./sesame sandbox fail CancelDepositWaiver LOST_RACE --count 1`, and cancel a waiver.",
                async scene =>
                {
                    var (partner, waiver) = await GrantAsync(scene, 705);
                    await scene.FailAsync(partner, "CancelDepositWaiver", ErrorReason.LostRace);
                    return await RefusedCall.OfAsync(() => partner.CancelAsync(waiver));
                }
            ),
            [ErrorReason.ObligationsOpen] = new(
                "Grant a waiver to a person, and call `ErasePerson` for them.",
                async scene =>
                {
                    var (_, waiver) = await GrantAsync(scene, 706);
                    return await RefusedCall.OfAsync(
                        scene.Gateway.Persons.ErasePersonAsync(new ErasePersonRequest { RequestId = "erase", Person = waiver.Subject })
                    );
                }
            ),
            [ErrorReason.VisitLimitExceeded] = new(
                "`./sesame dev`, then as `huashan-hospital` open a visit for `test-650` and add a charge of more than 1,000 CNY.",
                async scene =>
                {
                    var hospital = await scene.Gateway.ConnectHospitalAsync(scene.New("hospital"));
                    var visit = await hospital.OpenAsync(await scene.FeedAsync("test-707"), "visit", 100_000);
                    return await RefusedCall.OfAsync(() => hospital.ChargeAsync(visit, "scan", 100_001));
                }
            ),
            [ErrorReason.TooManyWebhookEndpoints] = new(
                "Create eleven webhook endpoints.",
                async scene =>
                {
                    var partner = await ErrorTriggers.NewAsync(scene);
                    for (var number = 1; number <= 10; number++)
                    {
                        await partner.Webhooks.CreateWebhookEndpointAsync(Endpoint(number));
                    }

                    return await RefusedCall.OfAsync(partner.Webhooks.CreateWebhookEndpointAsync(Endpoint(11)));
                }
            ),
        };

    private static Task<(ConnectedPartner Partner, DepositWaiver Waiver)> GrantAsync(SandboxScene scene, int score) =>
        GrantAsync(scene, $"test-{score}");

    private static async Task<(ConnectedPartner Partner, DepositWaiver Waiver)> GrantAsync(SandboxScene scene, string person)
    {
        var partner = await ErrorTriggers.NewAsync(scene);
        var granted = await partner.GrantAsync(await scene.FeedAsync(person), SandboxScene.Bike, scene.New("order"));
        return (partner, granted.DepositWaiver);
    }

    private static GrantDepositWaiverRequest Grant(DepositWaiver like, string orderId, string requestId) =>
        new()
        {
            RequestId = requestId,
            OrderId = orderId,
            Subject = like.Subject,
            Programme = like.Programme,
        };

    private static CreateWebhookEndpointRequest Endpoint(int number) =>
        new()
        {
            RequestId = $"{number}",
            WebhookEndpoint = new WebhookEndpoint { Url = $"https://localhost:1/{number}" },
        };
}
