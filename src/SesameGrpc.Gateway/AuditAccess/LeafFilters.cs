using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.AuditAccess;

/// <summary>Reads what a search asks for.</summary>
internal static class LeafFilters
{
    /// <summary>The person is the internal id, or what the request says where that leads to nobody.</summary>
    public static LeafFilter Of(ListAuditEntriesRequest request, string person, AuditEntries entries)
    {
        var from = MicrosOf(request.FromTime, long.MinValue);
        var until = MicrosOf(request.UntilTime, long.MaxValue);
        var first = PageTokens.IndexOf(request.PageToken, 0);
        new FieldCheck()
            .PageSize(request.PageSize)
            .PersonOrEmpty("person", request.Person)
            .Require(
                request.Caller.Length <= 200 && !request.Caller.Any(char.IsControl),
                "caller",
                "must be at most 200 characters, none of them a control character"
            )
            .Require(from is not null, "from_time", "must be a valid Timestamp")
            .Require(until is not null, "until_time", "must be a valid Timestamp")
            .PageToken(first is not null)
            .Enforce();
        return new LeafFilter(
            person.Length > 0 ? entries.SubjectHashOf(person).ToByteArray() : null,
            request.Caller.Length > 0 ? request.Caller : null,
            first!.Value,
            from!.Value,
            until!.Value
        );
    }

    private static long? MicrosOf(Timestamp? time, long absent)
    {
        try
        {
            return time?.ToDateTimeOffset().ToMicros() ?? absent;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
