namespace SesameGrpc.Gateway.Pages;

/// <summary>The sandbox persons that the login suggests: those on both sides of each programme's threshold, and one for each way of not taking part.</summary>
internal static class SandboxPersons
{
    public static IReadOnlyList<string> Suggested { get; } =
    [
        "test-650",
        "test-649",
        "test-550",
        "test-549",
        "test-600",
        "test-599",
        "test-700",
        "test-699",
        "test-750",
        "test-749",
        "test-650-noconsent",
        "test-650-revoked",
        "test-650-notopted",
    ];
}
