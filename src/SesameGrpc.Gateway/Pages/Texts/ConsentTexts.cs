using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Pages.Texts;

/// <summary>The consent page. {0} in the title is the partner's name.</summary>
public sealed record ConsentTexts(
    string Title,
    string Lead,
    string Partner,
    string Purpose,
    string Revealed,
    string Programmes,
    string Until,
    string NothingElse,
    string Withdrawal,
    string MyPage,
    string Agree,
    string Decline
)
{
    /// <summary>What each purpose means to a person.</summary>
    public required Func<Purpose, string> PurposeOf { get; init; }

    /// <summary>What a partner with a scope learns.</summary>
    public required Func<string, string> RevealedBy { get; init; }

    public required ConsentFaultTexts Faults { get; init; }
}

/// <summary>What may keep a person from answering.</summary>
public sealed record ConsentFaultTexts(string Title, string Lead, string Late, string Used, string NoPartner);
