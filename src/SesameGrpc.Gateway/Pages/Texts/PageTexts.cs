namespace SesameGrpc.Gateway.Pages.Texts;

/// <summary>Every word of the pages in one language. A text that one language lacks does not compile.</summary>
public sealed partial record PageTexts
{
    /// <summary>BCP 47, as the html element's lang attribute has it.</summary>
    public required string Code { get; init; }

    /// <summary>What the link to this language says.</summary>
    public required string Name { get; init; }

    public required FrameTexts Frame { get; init; }

    public required LoginTexts Login { get; init; }

    public required OptInTexts OptIn { get; init; }

    public required ConsentTexts Consent { get; init; }

    public required BadgeTexts Badges { get; init; }

    public required FaultTexts Faults { get; init; }

    public static IReadOnlyList<PageTexts> All => [Chinese, English];

    /// <summary>The texts for a language tag such as "zh", "zh-CN" or "en-GB"; null where there are none.</summary>
    public static PageTexts? Find(string? tag)
    {
        var language = tag?.Split('-')[0];
        return All.FirstOrDefault(texts => string.Equals(texts.Code.Split('-')[0], language, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>What stands around every page.</summary>
public sealed record FrameTexts(string Product, string SkipToContent, string Languages, string Logout, string Sandbox);

/// <summary>The sandbox's login, and what may go wrong with a login.</summary>
public sealed record LoginTexts(
    string Title,
    string Lead,
    string Person,
    string Hint,
    string Submit,
    string Unknown,
    string Failed,
    string Again,
    string LoggedOutTitle,
    string LoggedOut
);

/// <summary>What a person is asked who does not take part yet.</summary>
public sealed record OptInTexts(string Title, string Lead, string WhatHappens, string Nobody, string Submit, string Leave, string Records);

/// <summary>Pages that say what went wrong.</summary>
public sealed record FaultTexts(
    string NotFoundTitle,
    string NotFound,
    string FormTitle,
    string Form,
    string UnavailableTitle,
    string Unavailable,
    string InternalTitle,
    string Internal
);
