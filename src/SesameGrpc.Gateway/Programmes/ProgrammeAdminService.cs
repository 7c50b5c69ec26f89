using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Programmes;

/// <summary>Shows operators the programmes in force.</summary>
internal sealed class ProgrammeAdminService(ProgrammeCatalogueSource catalogue)
    : Contracts.Operator.V1.ProgrammeAdminService.ProgrammeAdminServiceBase
{
    public override Task<ListProgrammesResponse> ListProgrammes(ListProgrammesRequest request, ServerCallContext context)
    {
        new FieldCheck().PageSize(request.PageSize).Enforce();
        var size = request.PageSize == 0 ? 100 : request.PageSize;
        var rest = catalogue
            .Current.Programmes.Where(programme => string.CompareOrdinal(programme.Programme_, request.PageToken) > 0)
            .Take(size + 1)
            .ToList();
        return Task.FromResult(
            new ListProgrammesResponse
            {
                Programmes = { rest.Take(size) },
                NextPageToken = rest.Count > size ? rest[size - 1].Programme_ : "",
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
