using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Functional.Tests.Visits;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Fulfilments;

/// <summary>Who may report nothing, and of what nothing is ever reported: what happens at a hospital reaches no bureau.</summary>
public sealed class FulfilmentBoundsTests
{
    [Theory]
    [InlineData(PartnerKind.Hospital)]
    [InlineData(PartnerKind.Dating)]
    [InlineData(PartnerKind.Transport)]
    public async Task Kind_ThatMayNotReport_CannotHaveTheScope(PartnerKind kind)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var partner = new Partner
        {
            Partner_ = "partner",
            DisplayName = "partner",
            Kind = kind,
            Scopes = { "fulfilment.write" },
        };

        var refused = await RefusedCall.OfAsync(
            gateway.Partners.CreatePartnerAsync(new CreatePartnerRequest { RequestId = "c", Partner = partner })
        );

        Assert.Equal(("FIELD_INVALID", "partner.scopes"), (refused.Reason, refused.Info.Metadata["fields"]));
    }

    [Fact]
    public async Task Visit_IsReportedByNobody()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var hospital = await gateway.ConnectHospitalAsync();
        var lender = await gateway.ConnectAsync(
            "lender",
            new Enrolment { Programme = FulfilmentSteps.Library },
            new Enrolment { Programme = VisitSteps.PayLater },
            new Enrolment { Programme = VisitSteps.Wheelchair }
        );
        var began = await lender.AgreeAsync(gateway, "p");
        var visit = await hospital.OpenAsync("p", "visit-1");
        var request = FulfilmentSteps.NewReport("p", "visit-1", began, FulfilmentSteps.Late(began));

        var byHospital = await RefusedCall.OfAsync(hospital.Fulfilments.ReportFulfilmentAsync(request));
        var ofVisit = request.Clone();
        (ofVisit.DepositWaiverId, ofVisit.BeginTime) = (visit.VisitId, null);
        var reasons = new List<(string, string)>();
        foreach (var programme in new[] { FulfilmentSteps.Library, VisitSteps.PayLater, VisitSteps.Wheelchair, "bike.deposit_free" })
        {
            ofVisit.Programme = request.Programme = programme;
            var visits = await RefusedCall.OfAsync(lender.Fulfilments.ReportFulfilmentAsync(ofVisit));
            var own =
                programme == FulfilmentSteps.Library ? null : await RefusedCall.OfAsync(lender.Fulfilments.ReportFulfilmentAsync(request));
            reasons.Add((visits.Reason, own?.Reason ?? ""));
        }

        Assert.Equal(("SCOPE_MISSING", "fulfilment.write"), (byHospital.Reason, byHospital.Info.Metadata["scope"]));
        Assert.Equal(
            [
                ("RESOURCE_NOT_FOUND", ""),
                ("FIELD_INVALID", "FIELD_INVALID"),
                ("FIELD_INVALID", "FIELD_INVALID"),
                ("PROGRAMME_NOT_ENROLLED", "PROGRAMME_NOT_ENROLLED"),
            ],
            reasons
        );
        Assert.Empty(await gateway.ExportAsync());
        Assert.Empty((await gateway.Fulfilments.ListFulfilmentReportsAsync(new ListFulfilmentReportsRequest())).Reports);
    }
}
