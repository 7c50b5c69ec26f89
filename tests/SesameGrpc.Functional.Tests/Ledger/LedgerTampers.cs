using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Soak.Ledger;

namespace SesameGrpc.Functional.Tests.Ledger;

/// <summary>Records of calls with one that is not as it was, each with what must be found.</summary>
internal static class LedgerTampers
{
    public static IEnumerable<(string Violation, IReadOnlyCollection<CallRecord> Records)> Of(IReadOnlyList<CallRecord> records)
    {
        // Requests that were sent once: what is said of them, nobody else contradicts.
        var once = records.GroupBy(record => record.Key).Where(group => group.Count() == 1).Select(group => group.Single()).ToList();
        once.Sort((left, right) => left.BegunTimestamp.CompareTo(right.BegunTimestamp));
        var granted = once.First(record => record.Reply.Answer is GrantDepositWaiverResponse { DepositWaiver: not null });
        var refused = once.First(record => record.Reply.Answer is GrantDepositWaiverResponse { NotGranted: not null });
        var conflict = once.First(record => record.Reply.Reason == "STATE_CONFLICT");
        var changed = once.Last(record => record.Reply.Answer is CompleteDepositWaiverResponse);

        yield return (
            "the order of the log does not explain",
            With(records, granted, Answered(granted, More((GrantDepositWaiverResponse)granted.Reply.Answer!)))
        );
        yield return ("the order of the log does not explain", With(records, refused, Answered(refused, granted.Reply.Answer!)));
        yield return ("an effect that nobody was told of", [.. records.Where(record => record.Key != granted.Key)]);
        yield return (
            "an acknowledged answer is not in the log",
            [.. records, granted with { Call = granted.Call with { Request = Renamed((GrantDepositWaiverRequest)granted.Call.Request) } }]
        );
        yield return ("one request_id, different answers", [.. records, granted]);
        yield return ("a refusal without a cause", With(records, conflict, conflict with { BegunTimestamp = 1, EndedTimestamp = 2 }));
        yield return (
            "a refusal without a cause",
            With(records, conflict, conflict with { Reply = conflict.Reply with { Reason = "INTERNAL" } })
        );
        yield return ("answered before something began", With(records, changed, changed with { BegunTimestamp = 1, EndedTimestamp = 2 }));
        yield return ("decided on version", With(records, granted, granted with { BegunTimestamp = 1, EndedTimestamp = 2 }));
    }

    private static IReadOnlyCollection<CallRecord> With(IReadOnlyList<CallRecord> records, CallRecord old, CallRecord tampered) =>
        [.. records.Select(record => ReferenceEquals(record, old) ? tampered : record)];

    private static CallRecord Answered(CallRecord record, Google.Protobuf.IMessage answer) =>
        record with
        {
            Reply = LedgerReply.OfAnswer(answer, null),
        };

    private static GrantDepositWaiverResponse More(GrantDepositWaiverResponse answer)
    {
        var more = answer.Clone();
        more.DepositWaiver.WaivedAmount.MinorUnits++;
        return more;
    }

    private static GrantDepositWaiverRequest Renamed(GrantDepositWaiverRequest request) => new(request) { RequestId = "never-sent" };
}
