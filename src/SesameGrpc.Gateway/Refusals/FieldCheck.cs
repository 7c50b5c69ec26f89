namespace SesameGrpc.Gateway.Refusals;

/// <summary>Collects the faults of a request's fields, so that the caller learns all of them at once.</summary>
internal sealed class FieldCheck
{
    // Made for the first fault: most requests have none.
    private List<KeyValuePair<string, string>>? faults;

    public FieldCheck Require(bool holds, string field, string rule)
    {
        if (!holds)
        {
            (faults ??= []).Add(new(field, rule));
        }

        return this;
    }

    /// <summary>A person's id: 1 to 64 characters of A-Z a-z 0-9 . _ : -</summary>
    public FieldCheck Person(string field, string value) =>
        Require(IsPersonId(value), field, "must be 1 to 64 characters of A-Z a-z 0-9 . _ : -");

    /// <summary>A person's id, or empty for anybody.</summary>
    public FieldCheck PersonOrEmpty(string field, string value) =>
        Require(value.Length == 0 || IsPersonId(value), field, "must be empty or 1 to 64 characters of A-Z a-z 0-9 . _ : -");

    /// <summary>1 to 64 visible ASCII characters.</summary>
    public FieldCheck VisibleText(string field, string value) =>
        Require(IsVisibleText(value), field, "must be 1 to 64 visible ASCII characters");

    public FieldCheck PageSize(int value) => Require(value is >= 0 and <= 1000, "page_size", "must be 1 to 1000, or 0 for 100");

    /// <summary>Whether the token has the form of one that the list gives, or is empty where that is the first page.</summary>
    public FieldCheck PageToken(bool hasForm) => Require(hasForm, "page_token", "must be the next_page_token of the page before");

    /// <summary>A revision that the caller has seen, or 0 for any.</summary>
    public FieldCheck ExpectedRevision(long value) =>
        Require(value >= 0, "expected_revision", "must be a revision seen before, or 0 for any");

    /// <summary>Adds faults that rules have found, by field.</summary>
    public FieldCheck Add(IEnumerable<KeyValuePair<string, string>> found)
    {
        (faults ??= []).AddRange(found);
        return this;
    }

    /// <summary>Refuses the call if anything was wrong.</summary>
    public void Enforce()
    {
        if (faults is { Count: > 0 })
        {
            throw new RefusalException(Refuse.Fields(faults));
        }
    }

    public static bool IsVisibleText(string value) =>
        value.Length is > 0 and <= 64 && value.All(character => character is >= '!' and <= '~');

    public static bool IsPersonId(string value)
    {
        if (value.Length is 0 or > 64)
        {
            return false;
        }

        foreach (var character in value)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '_' or ':' or '-'))
            {
                return false;
            }
        }

        return true;
    }
}
