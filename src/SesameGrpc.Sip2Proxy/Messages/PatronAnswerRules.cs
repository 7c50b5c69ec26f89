using System.Text;

namespace SesameGrpc.Sip2Proxy.Messages;

/// <summary>Which answers about a patron a missing deposit alone keeps from borrowing, and what such an answer becomes. Without I/O.</summary>
/// <param name="depositPositions">The positions of the patron status that a missing deposit sets.</param>
/// <param name="depositMessage">What the library's system says then, or a part of it; empty: the status alone decides.</param>
/// <param name="encoding">How screen messages are written.</param>
internal sealed class PatronAnswerRules(IReadOnlySet<int> depositPositions, string depositMessage, Encoding encoding)
{
    private const int StatusLength = 14;
    private const int ChargeDenied = 0;
    private const int LongestField = 255;
    private const char Denied = 'Y';
    private const char Allowed = ' ';
    private const string ScreenMessage = "AF";
    private const string PatronIdentifier = "AA";
    private const string ValidPatron = "BL";
    private const string ValidPatronPassword = "CQ";

    private readonly string depositText = AsField(depositMessage, encoding);

    /// <summary>
    /// The patron whom nothing but a missing deposit keeps from borrowing; null for everybody else. The library's system must say that it knows the patron, and must not say that the password is
    /// wrong; borrowing must be denied, and no position of the status may be set but those of the deposit.
    /// </summary>
    public string? DeniedForTheDepositAlone(Sip2Message answer)
    {
        var status = answer.Fixed.AsSpan(0, StatusLength);
        if (status[ChargeDenied] != Denied)
        {
            return null;
        }

        for (var position = 0; position < StatusLength; position++)
        {
            if (status[position] != Allowed && !(status[position] == Denied && depositPositions.Contains(position)))
            {
                return null;
            }
        }

        var isKnown = answer.Single(ValidPatron) == "Y" && (!answer.Has(ValidPatronPassword) || answer.Single(ValidPatronPassword) == "Y");
        var isForDeposit =
            depositText.Length == 0
            || answer.Fields.Any(field => field.Id == ScreenMessage && field.Value.Contains(depositText, StringComparison.Ordinal));
        return isKnown && isForDeposit ? answer.Single(PatronIdentifier) : null;
    }

    /// <summary>The answer with borrowing opened. The screen message takes the place of the library's, which said that a deposit is missing.</summary>
    public Sip2Message Open(Sip2Message answer, string screenMessage)
    {
        var fixedPart = answer.Fixed.ToCharArray();
        foreach (var position in depositPositions)
        {
            fixedPart[position] = Allowed;
        }

        return answer with
        {
            Fixed = new string(fixedPart),
            Fields = [.. answer.Fields.Where(field => field.Id != ScreenMessage), Screen(screenMessage)],
        };
    }

    /// <summary>The answer as it is, with one more screen message.</summary>
    public Sip2Message Explain(Sip2Message answer, string screenMessage) =>
        answer with
        {
            Fields = [.. answer.Fields, Screen(screenMessage)],
        };

    private Sip2Field Screen(string text)
    {
        var value = AsField(text, encoding);
        return new Sip2Field(ScreenMessage, value.Length <= LongestField ? value : AsField(text[..(LongestField / 4)], encoding));
    }

    /// <summary>A text as the bytes of a field. What would end the field or the message in this encoding (a bar may be the second byte of a Chinese character) becomes a question mark.</summary>
    private static string AsField(string text, Encoding encoding)
    {
        var value = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            var bytes = encoding.GetBytes(rune.ToString());
            value.Append(bytes.AsSpan().IndexOfAny((byte)'|', (byte)'\r', (byte)'\n') < 0 ? Encoding.Latin1.GetString(bytes) : "?");
        }

        return value.ToString();
    }
}
