namespace SesameGrpc.SandboxRail;

/// <summary>
/// How paying goes with a person of the sandbox, told by the person's id: test-650-declined, test-650-slowpay-lostanswer. Modifiers combine; those that the
/// payment system does not know, and everybody else's ids, change nothing: the payment succeeds.
/// </summary>
/// <param name="IsDeclined">-declined: never pays.</param>
/// <param name="IsDeclinedOnce">-declinedonce: the first attempt for an obligation is declined, a later one is not.</param>
/// <param name="IsSlow">-slowpay: PENDING at first, decided when asked again.</param>
/// <param name="LosesAnswer">-lostanswer: the first answer under each collection_id is lost on its way, after it took effect.</param>
/// <param name="IsUnavailable">-railunavailable: the first three calls of Collect under each collection_id find nobody.</param>
internal sealed record PersonBehaviour(bool IsDeclined, bool IsDeclinedOnce, bool IsSlow, bool LosesAnswer, bool IsUnavailable)
{
    public const int UnavailableCalls = 3;

    private static readonly PersonBehaviour Usual = new(false, false, false, false, false);

    public static PersonBehaviour Of(string person)
    {
        var parts = person.Split('-');
        if (parts.Length < 3 || parts[0] != "test")
        {
            return Usual;
        }

        var modifiers = parts[2..];
        return new PersonBehaviour(
            modifiers.Contains("declined", StringComparer.Ordinal),
            modifiers.Contains("declinedonce", StringComparer.Ordinal),
            modifiers.Contains("slowpay", StringComparer.Ordinal),
            modifiers.Contains("lostanswer", StringComparer.Ordinal),
            modifiers.Contains("railunavailable", StringComparer.Ordinal)
        );
    }
}
