namespace SesameGrpc.Soak.Ledger;

/// <summary>A call that came to its end, by the client's clock.</summary>
internal sealed record CallRecord(LedgerCall Call, LedgerReply Reply, long BegunTimestamp, long EndedTimestamp)
{
    /// <summary>What makes it the same request for the gateway.</summary>
    public (string Caller, string Method, string RequestId) Key => (Call.Caller, Call.Method, Call.RequestId);
}

/// <summary>A change or decision as the log has it: from when on it may have been seen, and when the first who asked for it knew.</summary>
internal sealed record EffectSpan(long BegunTimestamp, long EndedTimestamp)
{
    /// <summary>Whether a call can have seen what held from this effect to the next one (null: it still holds).</summary>
    public bool IsSeenBy(CallRecord record, EffectSpan? next) =>
        BegunTimestamp <= record.EndedTimestamp && (next is null || next.EndedTimestamp >= record.BegunTimestamp);
}
