using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Pages.Texts;

/// <summary>A badge's picture, and the page where anybody can check one. {0} is the profile, or the band, {1} the site, {2} a time, as the name says.</summary>
public sealed record BadgeTexts(
    string Label,
    string NotValid,
    string Alternative,
    string Description,
    string NotValidDescription,
    string Title,
    string Valid,
    string NotValidTitle,
    string NotValidLead,
    string Band,
    string Site,
    string Profile,
    string Until,
    string Checked,
    string HowTitle,
    string How,
    string Compare,
    string Check,
    string Yes,
    string No,
    string Meaning
)
{
    public required Func<ScoreBand, string> NameOf { get; init; }

    /// <summary>Width of the picture, in its own units, so that the longest band fits in any font.</summary>
    public required int Width { get; init; }

    /// <summary>Width of the part that has the label.</summary>
    public required int LabelWidth { get; init; }
}
