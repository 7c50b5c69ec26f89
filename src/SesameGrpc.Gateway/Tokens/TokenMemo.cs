namespace SesameGrpc.Gateway.Tokens;

/// <summary>
/// The access tokens that this connection has shown and that were found valid, newest first. A connection has one certificate for its
/// whole life, so an entry is bound to it by where it lives; expiry and trust epoch are checked at every hit. Only successes are kept, at most
/// <see cref="Capacity"/> of them.
/// </summary>
internal sealed class TokenMemo
{
    private const int Capacity = 4;
    private volatile Entry[] entries = [];

    /// <summary>The token behind this exact header, if it is known, was validated in this epoch, and has not expired.</summary>
    public ValidatedToken? Find(string header, long epoch, long nowTicks)
    {
        foreach (var entry in entries)
        {
            if (entry.Epoch == epoch && string.Equals(entry.Header, header, StringComparison.Ordinal))
            {
                return nowTicks < entry.Token.ExpireTicks ? entry.Token : null;
            }
        }

        return null;
    }

    /// <summary>Keeps a token that was validated after the given epoch had been read.</summary>
    public void Keep(string header, long epoch, ValidatedToken token)
    {
        var kept = entries.Where(entry => entry.Epoch == epoch && !string.Equals(entry.Header, header, StringComparison.Ordinal));
        entries = [new Entry(header, epoch, token), .. kept.Take(Capacity - 1)];
    }

    private sealed record Entry(string Header, long Epoch, ValidatedToken Token);
}

/// <summary>
/// What a valid access token says. Immutable. Subject: the one person, as the partner knows them, whom a token from a consent is about; null for a token of the
/// partner itself.
/// </summary>
internal sealed record ValidatedToken(string ClientId, IReadOnlySet<string> Scopes, long ExpireTicks, string? Subject = null);
