using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Programmes;

/// <summary>Shows operators the programmes in force.</summary>
internal sealed class ProgrammeAdminService(ProgrammeCatalogueSource catalogue)
    : Contracts.Operator.V1.ProgrammeAdminService.ProgrammeAdminServiceBase
{
    public override Task<ListProgrammesResponse> ListProgrammes(ListProgrammesRequest request, ServerCallContext context)
    {
        new FieldCheck().PageSize(request.PageSize).Enforce();
        var size = Page.SizeOf(request.PageSize);
        var rest = catalogue
            .Current.Programmes.Where(programme => string.CompareOrdinal(programme.Programme_, request.PageToken) > 0)
            .Take(size + 1)
            .ToList();
        var page = Page.Of(rest, size, programme => programme.Programme_);
        return Task.FromResult(
            new ListProgrammesResponse
            {
                Programmes = { page.Items },
                NextPageToken = page.NextToken,
                OverallLimits = catalogue.Current.OverallLimits,
            }
        );
    }

    public override Task<GetProgrammeResponse> GetProgramme(GetProgrammeRequest request, ServerCallContext context) =>
        Task.FromResult(
            new GetProgrammeResponse
            {
                Programme = catalogue.Current.Find(request.Programme)?.Document ?? throw new RefusalException(Refuse.NotFound()),
            }
        );
}
