using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Visits;

/// <summary>What is refused, and how it is said.</summary>
public sealed class VisitTests
{
    /// <summary>The published order that a patient's insurance, personal account, the hospital and the patient pay together.</summary>
    [Fact]
    public async Task Settle_MixedOrderOf202000Fen_LeavesThePersonsPart()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (hospital, visit) = await OpenedAsync(gateway);
        await hospital.ChargeAsync(visit, "order", 202_000);

        var settled = await hospital.CloseAsync(
            visit,
            VisitSteps.Settlement(VisitSteps.Line("order", 100_000, 45_000, 5_000, reduction: 10_000, selfPay: 42_000))
        );

        Assert.Equal((VisitState.Settling, 202_000), (settled.State, settled.TotalAmount.MinorUnits));
        Assert.Equal((42_000, 42_000), (settled.SelfPayAmount.MinorUnits, settled.OutstandingAmount.MinorUnits));
    }

    [Fact]
    public async Task Settle_NumbersThatDoNotAddUp_AreRefusedNamingBoth()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (hospital, visit) = await OpenedAsync(gateway);
        await hospital.ChargeAsync(visit, "order", 202_000);
        await hospital.CloseAsync(visit);
        var total = VisitSteps.Settlement(VisitSteps.Line("order", 100_000, 45_000, 5_000, 10_000, 42_000));
        total.TotalAmount.MinorUnits = 201_999;
        var line = VisitSteps.Settlement(VisitSteps.Line("order", 100_000, 45_000, 5_000, 10_000, 41_999));
        var column = VisitSteps.Settlement(VisitSteps.Line("order", 100_000, 45_000, 5_000, 10_000, 42_000));
        column.PooledFundAmount.MinorUnits++;
        var huge = VisitSteps.Settlement(VisitSteps.Line("order", 100_000, 45_000, 5_000, 10_000, 42_000));
        huge.Lines[0].SelfPayAmount.MinorUnits = long.MaxValue;
        huge.SelfPayAmount.MinorUnits = long.MinValue;

        var wrongTotal = await RefusedAsync(hospital, visit, total);
        var wrongLine = await RefusedAsync(hospital, visit, line);
        var wrongColumn = await RefusedAsync(hospital, visit, column);
        var outOfRange = await RefusedAsync(hospital, visit, huge);

        Assert.Equal("settlement.total_amount: comes to 201999 fen, but the charges come to 202000 fen", wrongTotal);
        Assert.StartsWith(
            "settlement.lines[order]: comes to 201999 fen, but its charge is 202000 fen",
            wrongLine,
            StringComparison.Ordinal
        );
        Assert.Equal("settlement.pooled_fund_amount: comes to 100001 fen, but its lines come to 100000 fen", wrongColumn);
        Assert.Equal("settlement.lines.self_pay_amount: must be CNY, 0 to 1000000000000000 fen", outOfRange);
        Assert.Equal(VisitState.Closed, (await hospital.GetAsync(visit)).State);
    }

    /// <summary>As a service order whose total is not its payments less its discounts.</summary>
    [Fact]
    public async Task Complete_TotalThatIsNotItsLines_IsRefusedNamingBoth()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = "bike.deposit_free" });
        await gateway.FeedAsync("p", 650);
        var waiver = (await bike.GrantAsync("p", "bike.deposit_free", "1")).DepositWaiver;
        var request = new CompleteDepositWaiverRequest
        {
            RequestId = "c",
            DepositWaiverId = waiver.DepositWaiverId,
            Charge = new Charge
            {
                Lines =
                {
                    new ChargeLine { Kind = ChargeLineKind.Rent, Amount = VisitSteps.Fen(500) },
                },
                Discounts = { new Discount { Amount = VisitSteps.Fen(100) } },
                TotalAmount = VisitSteps.Fen(500),
            },
        };

        var refused = await RefusedCall.OfAsync(bike.Waivers.CompleteDepositWaiverAsync(request));

        Assert.Equal("charge.total_amount: is 500 fen, but must be 400 fen: lines of 500 less discounts of 100", refused.Status.Message);
    }

    [Fact]
    public async Task AddCharge_BeyondTheLimit_SaysWhatIsLeft()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var hospital = await gateway.ConnectHospitalAsync(
            payLater: new Enrolment { Programme = VisitSteps.PayLater, AmountLimit = VisitSteps.Fen(100_000) }
        );
        await gateway.FeedAsync("p", 650);
        var visit = await hospital.OpenAsync("p", "v");
        await hospital.ChargeAsync(visit, "a", 99_999);

        var refused = await RefusedCall.OfAsync(() => hospital.ChargeAsync(visit, "b", 2));

        Assert.Equal((StatusCode.FailedPrecondition, "VISIT_LIMIT_EXCEEDED"), (refused.Code, refused.Reason));
        Assert.Equal(("1", "100000"), (refused.Info.Metadata["remaining_fen"], refused.Info.Metadata["limit_fen"]));
        Assert.Equal(100_000, (await hospital.ChargeAsync(visit, "c", 1)).TotalAmount.MinorUnits);
    }

    [Fact]
    public async Task Calls_MalformedOrAboutWhatIsNotThere_AreRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (hospital, visit) = await OpenedAsync(gateway);
        var other = await gateway.ConnectHospitalAsync("other");
        await hospital.ChargeAsync(visit, "a", 1);

        Assert.Equal("ALREADY_EXISTS", await ReasonAsync(() => hospital.AddAsync(visit, "again", "a", 1)));
        Assert.Equal("FIELD_INVALID", await ReasonAsync(() => hospital.AddAsync(visit, "zero", "b", 0)));
        Assert.Equal("FIELD_INVALID", await ReasonAsync(() => hospital.AddAsync(visit, "max", "b", long.MaxValue)));
        Assert.Equal("FIELD_INVALID", await ReasonAsync(() => hospital.AddAsync(visit, "kind", "b", 1, (VisitChargeKind)9)));
        Assert.Equal("FIELD_INVALID", await ReasonAsync(() => hospital.AddAsync(visit, "id", "b b", 1)));
        Assert.Equal("FIELD_INVALID", await ReasonAsync(() => hospital.VoidAsync(visit, "b")));
        Assert.Equal("STATE_CONFLICT", await ReasonAsync(() => hospital.RefundAsync(visit, "a", 1)));
        Assert.Equal("STATE_CONFLICT", await ReasonAsync(() => hospital.PayAsync(visit, 1)));
        Assert.Equal("RESOURCE_NOT_FOUND", await ReasonAsync(() => other.ChargeAsync(visit, "b", 1)));
        Assert.Equal("RESOURCE_NOT_FOUND", await ReasonAsync(() => other.GetAsync(visit)));
        Assert.Equal("RESOURCE_NOT_FOUND", await ReasonAsync(() => hospital.AskToOpenAsync("q", "v2")));
        Assert.Equal("FIELD_INVALID", await ReasonAsync(async () => await hospital.Visits.GetVisitAsync(new GetVisitRequest())));
        Assert.Equal("FIELD_INVALID", await ReasonAsync(() => hospital.GrantAsync("p", VisitSteps.PayLater, "w")));
        Assert.Equal("REQUEST_ID_REUSED", await ReasonAsync(() => hospital.AddAsync(visit, "v-add-a", "a", 2)));
    }

    [Fact]
    public async Task Visit_ThatHasCharges_IsNoWaiverAndTheOtherWayRound()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (hospital, visit) = await OpenedAsync(gateway);
        var chair = (await hospital.GrantAsync("p", VisitSteps.Wheelchair, "chair")).DepositWaiver;

        Assert.Equal(
            "RESOURCE_NOT_FOUND",
            await ReasonAsync(async () =>
                await hospital.Waivers.GetDepositWaiverAsync(new GetDepositWaiverRequest { DepositWaiverId = visit.VisitId })
            )
        );
        Assert.Equal(
            "RESOURCE_NOT_FOUND",
            await ReasonAsync(async () => await hospital.Visits.GetVisitAsync(new GetVisitRequest { VisitId = chair.DepositWaiverId }))
        );
        Assert.Equal(visit.VisitId, Assert.Single((await hospital.Visits.ListVisitsAsync(new ListVisitsRequest())).Visits).VisitId);
        Assert.Equal(visit.VisitId, (await hospital.Visits.GetVisitAsync(new GetVisitRequest { OrderId = "v" })).Visit.VisitId);
    }

    /// <summary>What was charged for is between the hospital and the person: the operator's ledger has the amounts, and no leaf names a department.</summary>
    [Fact]
    public async Task Operator_SeesAmountsAndNoCharges()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (hospital, visit) = await OpenedAsync(gateway);
        await hospital.AddAsync(visit, "r", "secret-charge", 4_321, VisitChargeKind.Medicine);

        var read = await gateway.Ledger.GetObligationAsync(new GetObligationRequest { ObligationId = visit.VisitId });

        Assert.Equal((ObligationKind.Visit, 4_321), (read.Obligation.Kind, read.Obligation.ChargedAmount.MinorUnits));
        Assert.Null(read.Obligation.Charge);
        Assert.DoesNotContain("secret-charge", read.ToString(), StringComparison.Ordinal);
        var leaves = await gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { PageSize = 1000 });
        Assert.DoesNotContain("secret-charge", leaves.ToString(), StringComparison.Ordinal);
    }

    private static async Task<(ConnectedPartner Hospital, Visit Visit)> OpenedAsync(GatewayUnderTest gateway)
    {
        var hospital = await gateway.ConnectHospitalAsync();
        await gateway.FeedAsync("p", 650);
        return (hospital, await hospital.OpenAsync("p", "v"));
    }

    private static async Task<string> RefusedAsync(ConnectedPartner hospital, Visit visit, Settlement settlement) =>
        (await RefusedCall.OfAsync(() => hospital.SettleAsync(visit, settlement))).Status.Message;

    private static async Task<string> ReasonAsync(Func<Task> call) => (await RefusedCall.OfAsync(call)).Reason;
}
