using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Soak.Ledger;

/// <summary>
/// Finds for every call that changed nothing (a refusal, a read) the moment in the history at which it was right, and for every answer that was given the record
/// that the store keeps of it.
/// </summary>
internal sealed class LedgerWitness(LedgerHistory history, IReadOnlyDictionary<string, LedgerPerson> persons)
{
    public IEnumerable<string> Check(IEnumerable<CallRecord> records, IReadOnlyDictionary<(string, string, string), byte[]> stored)
    {
        foreach (var record in records)
        {
            var fault =
                record.Reply.Answer is null ? FaultOfRefusal(record)
                : record.Call.IsMutation ? FaultOfAnswer(record, stored)
                : FaultOfRead(record);
            if (fault is not null)
            {
                yield return $"{fault}: {record.Call}\n  the gateway: {record.Reply.Text}";
            }
        }

        foreach (var key in stored.Keys.Where(key => !history.Executed.Contains(key)))
        {
            yield return $"a stored request without an effect in the log: {key}";
        }
    }

    private string? FaultOfAnswer(CallRecord record, IReadOnlyDictionary<(string, string, string), byte[]> stored)
    {
        if (!history.Executed.Contains(record.Key))
        {
            return "an acknowledged answer is not in the log";
        }

        return
            stored.TryGetValue(record.Key, out var bytes)
            && Google.Protobuf.MessageExtensions.ToByteArray(record.Reply.Answer!).AsSpan().SequenceEqual(bytes)
            ? null
            : "an acknowledged answer is not in the store as it was given";
    }

    private string? FaultOfRead(CallRecord record) =>
        record.Reply.Waiver is { } waiver
        && (
            history.Find(waiver.DepositWaiverId)?.SeenBy(record, waiver.Revision) is not { } was
            || LedgerReply.TextOf(was) != record.Reply.Text
        )
            ? "a state was read that was not then"
            : null;

    private string? FaultOfRefusal(CallRecord record)
    {
        var holds = record.Reply.Reason switch
        {
            "STATE_CONFLICT" => history.Find(record.Call.WaiverId)?.SeenBy(record, long.Parse(record.Reply.Metadata["revision"])) is { } was
                && record.Reply.Text == LedgerModelChanges.ConflictOf(was),
            "ALREADY_SETTLED" => history.Find(record.Call.WaiverId) is { Last: { State: DepositWaiverState.Settled } last } found
                && found.SeenBy(record, last.Revision) is not null,
            "REQUEST_ID_REUSED" => history.Executed.Contains(record.Key),
            "RESOURCE_NOT_FOUND" => IsUnknown(record),
            "ALREADY_EXISTS" => record.Call.Request is GrantDepositWaiverRequest grant
                && history.Model.Waivers.Any(waiver => waiver.Partner == record.Call.Partner && waiver.Request.OrderId == grant.OrderId),
            "FIELD_INVALID" => record.Call.IsMutation,
            "PROGRAMME_NOT_ENROLLED" => record.Call.Partner == "three",
            _ => false,
        };
        return holds ? null : "a refusal without a cause";
    }

    private bool IsUnknown(CallRecord record)
    {
        var subject = record.Call.Request switch
        {
            GrantDepositWaiverRequest grant => grant.Subject,
            CheckEligibilityRequest check => check.Subject,
            _ => null,
        };
        if (subject is null)
        {
            return history.Model.Find(record.Call.WaiverId)?.Partner != record.Call.Partner;
        }

        var versions = persons[subject].Versions;
        return record.Call.Request is CheckEligibilityRequest
            || versions
                .Where(version => version.Score is null)
                .Any(version =>
                    version.BegunTimestamp <= record.EndedTimestamp
                    && (version.Version == versions.Count || versions[(int)version.Version].AcknowledgedTimestamp >= record.BegunTimestamp)
                );
    }
}
