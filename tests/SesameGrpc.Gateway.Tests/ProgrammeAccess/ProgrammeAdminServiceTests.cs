using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Refusals;
using Xunit;
using GetProgrammeRequest = SesameGrpc.Contracts.Operator.V1.GetProgrammeRequest;
using ListProgrammesRequest = SesameGrpc.Contracts.Operator.V1.ListProgrammesRequest;
using ProgrammeAdminService = SesameGrpc.Gateway.ProgrammeAccess.ProgrammeAdminService;

namespace SesameGrpc.Gateway.Tests.ProgrammeAccess;

public sealed class ProgrammeAdminServiceTests
{
    private readonly ProgrammeAdminService service = new(Samples.CatalogueSource, null!, null!, null!, null!, null!, null!, null!);

    [Fact]
    public async Task ListProgrammes_PageByPage_GivesEachOnceInOrder()
    {
        var seen = new List<string>();
        var token = "";
        do
        {
            var page = await service.ListProgrammes(new ListProgrammesRequest { PageSize = 5, PageToken = token }, null!);
            Assert.True(page.Programmes.Count <= 5);
            seen.AddRange(page.Programmes.Select(programme => programme.Programme_));
            token = page.NextPageToken;
        } while (token.Length > 0);

        Assert.Equal(Samples.Catalogue.Programmes.Select(programme => programme.Programme_), seen);
    }

    [Fact]
    public async Task ListProgrammes_ExactlyOnePage_HasNoNext() =>
        Assert.Equal("", (await service.ListProgrammes(new ListProgrammesRequest { PageSize = 13 }, null!)).NextPageToken);

    [Theory]
    [InlineData(-1)]
    [InlineData(1001)]
    public async Task ListProgrammes_PageSizeOutOfRange_IsRefused(int size)
    {
        var refused = await Assert.ThrowsAsync<RefusalException>(() =>
            service.ListProgrammes(new ListProgrammesRequest { PageSize = size }, null!)
        );

        Assert.Equal(["page_size"], Samples.FieldsOf(refused.Refusal));
    }

    [Fact]
    public async Task GetProgramme_Unknown_IsNotFound()
    {
        var refused = await Assert.ThrowsAsync<RefusalException>(() =>
            service.GetProgramme(new GetProgrammeRequest { Programme = "bike.free" }, null!)
        );

        Assert.Equal(ErrorReason.ResourceNotFound, refused.Refusal.Reason);
    }
}
