namespace SesameGrpc.Gateway.Consents;

/// <summary>What may be told of a person.</summary>
[Flags]
internal enum PersonField
{
    None = 0,

    /// <summary>The band that the score lies in.</summary>
    Band = 1,

    /// <summary>The score itself, 350 to 950.</summary>
    Score = 2,

    /// <summary>The five parts of the score.</summary>
    Dimensions = 4,

    /// <summary>Whether a programme is open to the person, and if not, why.</summary>
    Decision = 8,

    /// <summary>On which terms it is open: an amount, a period, a number of things.</summary>
    Terms = 16,

    /// <summary>The band, told to anybody who looks at the person's profile.</summary>
    PublicBand = 32,

    /// <summary>The other way round: what the partner may tell others of the person, how an agreement was kept.</summary>
    Report = 64,
}
