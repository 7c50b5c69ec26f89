using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Pages.Texts;
using SesameGrpc.Gateway.Programmes;

namespace SesameGrpc.Gateway.PersonPages;

/// <summary>The names of programmes in the page's language; of one that is not in force any more, its id.</summary>
public sealed class ProgrammeNames
{
    private readonly CompiledCatalogue catalogue;
    private readonly bool isChinese;

    private ProgrammeNames(CompiledCatalogue catalogue, bool isChinese)
    {
        this.catalogue = catalogue;
        this.isChinese = isChinese;
    }

    /// <summary>The name.</summary>
    public string this[string id] =>
        catalogue.Find(id)?.Document is not { } programme ? id
        : isChinese ? programme.DisplayNameZh
        : programme.DisplayNameEn;

    internal static ProgrammeNames Of(HttpContext http) =>
        new(http.RequestServices.GetRequiredService<ProgrammeCatalogueSource>().Current, http.Texts() == PageTexts.Chinese);
}
