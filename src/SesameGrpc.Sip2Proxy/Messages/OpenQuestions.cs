namespace SesameGrpc.Sip2Proxy.Messages;

/// <summary>
/// What a kiosk has asked about patrons and what has not been answered yet. Only an answer to such a question, about the patron who was asked for, may be amended: the same form of answer comes
/// back when a kiosk blocks a card. Both directions of a connection use it.
/// </summary>
internal sealed class OpenQuestions
{
    // A kiosk asks and waits. Questions that nobody answers are forgotten when there are many.
    private const int Most = 64;
    private const int LanguageLength = 3;
    private readonly Lock sync = new();
    private readonly Dictionary<(string AnswerCode, string Patron), string> open = [];
    private ((string AnswerCode, string Patron) Key, string Language)? lastAnswered;

    /// <summary>Notes what a kiosk has sent.</summary>
    public void Sent(Sip2Message message)
    {
        lock (sync)
        {
            switch (message.Code, message.Single("AA"))
            {
                case (Sip2Message.PatronStatus, { } patron):
                    Add((Sip2Message.PatronStatusResponse, patron), LanguageOf(message));
                    break;
                case (Sip2Message.PatronInformation, { } patron):
                    Add((Sip2Message.PatronInformationResponse, patron), LanguageOf(message));
                    break;
                case (Sip2Message.BlockPatron, { } patron):
                    open.Remove((Sip2Message.PatronStatusResponse, patron));
                    lastAnswered = null;
                    break;
                case (Sip2Message.RequestResend, _) when lastAnswered is { } again:
                    Add(again.Key, again.Language);
                    break;
            }
        }
    }

    /// <summary>Takes the question that this is the answer to: the code of the kiosk's language, three digits, of which 001 is English and 019 Chinese. Null where there is none.</summary>
    public string? Answered(Sip2Message message)
    {
        lock (sync)
        {
            if (message.Single("AA") is not { } patron || !open.Remove((message.Code, patron), out var language))
            {
                return null;
            }

            lastAnswered = ((message.Code, patron), language);
            return language;
        }
    }

    // Both questions begin with it.
    private static string LanguageOf(Sip2Message question) => question.Fixed[..LanguageLength];

    private void Add((string AnswerCode, string Patron) key, string language)
    {
        if (open.Count >= Most)
        {
            open.Clear();
        }

        open[key] = language;
    }
}
