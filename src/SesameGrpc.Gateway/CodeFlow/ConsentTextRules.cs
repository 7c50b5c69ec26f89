using OpenIddict.Abstractions;
using SesameGrpc.Gateway.Pages.Texts;
using SesameGrpc.Gateway.Partners;

namespace SesameGrpc.Gateway.CodeFlow;

/// <summary>Puts what a partner asks for into the words of a page; pure.</summary>
internal static class ConsentTextRules
{
    public static ConsentView ViewOf(
        PartnerRecord partner,
        ConsentRequest asked,
        OpenIddictRequest request,
        DateTimeOffset now,
        PageTexts texts
    ) =>
        new(
            partner.Document.DisplayName,
            texts.Consent.PurposeOf(asked.Purpose),
            [.. asked.Scopes.Select(texts.Consent.RevealedBy)],
            [.. asked.Programmes.Select(programme => NameOf(partner, programme, texts))],
            now.AddDays(asked.Days),
            request.ClientId ?? "",
            request.RequestUri ?? ""
        );

    private static string NameOf(PartnerRecord partner, string programme, PageTexts texts)
    {
        var document = partner.Programmes[programme].Programme.Document;
        return texts == PageTexts.Chinese ? document.DisplayNameZh : document.DisplayNameEn;
    }
}
