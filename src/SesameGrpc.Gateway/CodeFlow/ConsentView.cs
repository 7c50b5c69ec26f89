namespace SesameGrpc.Gateway.CodeFlow;

/// <summary>What the consent page shows. The texts are in the page's language already.</summary>
public sealed record ConsentView(
    string Partner,
    string Purpose,
    IReadOnlyList<string> Revealed,
    IReadOnlyList<string> Programmes,
    DateTimeOffset Expires,
    string ClientId,
    string RequestUri
);
