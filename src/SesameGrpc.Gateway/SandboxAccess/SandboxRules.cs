using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Sandbox;

namespace SesameGrpc.Gateway.SandboxAccess;

/// <summary>What a developer may ask of a sandbox. Pure.</summary>
internal static class SandboxRules
{
    private const string Own = "sesame.operator.v1.SandboxService";
    private const string Contracts = "sesame.";
    private const int LargestCount = 1_000_000;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);

    // Methods and services, in full.
    private static readonly string[] Names =
    [
        .. MethodPolicies
            .All.Select(row => row.Method)
            .Where(method => method.StartsWith(Contracts, StringComparison.Ordinal) && ServiceOf(method) != Own)
            .SelectMany(method => new[] { method, ServiceOf(method) })
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>The span of a message; null where it is absent or out of the range.</summary>
    public static TimeSpan? SpanOf(Duration? span, TimeSpan shortest, TimeSpan longest)
    {
        var isDuration = span is { Nanos: >= 0 and < 1_000_000_000, Seconds: >= 0 } && span.Seconds <= (long)longest.TotalSeconds;
        return isDuration && span!.ToTimeSpan() is var value && value >= shortest && value <= longest ? value : null;
    }

    /// <summary>The clock must not pass the end of the calling operator's certificate: nothing could be set right any more.</summary>
    public static FieldCheck Advance(this FieldCheck check, string field, DateTimeOffset until, Call call)
    {
        var end = new DateTimeOffset(call.Certificate!.Certificate.NotAfter);
        return check.Require(
            until < end,
            field,
            $"must not lead beyond {end.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}, the end of your own certificate: nothing could be set right any more"
        );
    }

    /// <summary>The failure that is asked for, without an id yet; refused with FIELD_INVALID where something is wrong.</summary>
    public static ForcedFailure FailureOf(SetForcedFailureRequest request)
    {
        var named = Names.Where(name => IsNamed(name, request.Method)).ToList();
        var delay = request.Delay is null ? TimeSpan.Zero : SpanOf(request.Delay, TimeSpan.Zero, LongestDelay);
        new FieldCheck()
            .Require(
                named.Count > 0,
                "method",
                "must name a method or a service of the contracts other than SandboxService, for example CheckEligibility"
            )
            .Require(named.Count < 2, "method", $"names more than one; write one of {string.Join(", ", named)}")
            .Require(
                !request.HasErrorReason || (request.ErrorReason != ErrorReason.Unspecified && System.Enum.IsDefined(request.ErrorReason)),
                "error_reason",
                "must be a reason of error_reason.proto"
            )
            .Require(delay is not null, "delay", $"must be 0 to {LongestDelay.TotalSeconds:0} seconds")
            .Require(request.HasErrorReason || delay > TimeSpan.Zero, "error_reason", "must be given, or else a delay")
            .Require(
                request.Partner.Length == 0 || FieldCheck.IsVisibleText(request.Partner),
                "partner",
                "must be a partner's id, or empty for everybody"
            )
            .Require(request.Count is >= 0 and <= LargestCount, "count", $"must be 1 to {LargestCount}, or 0 for all calls")
            .Enforce();
        var failure = new ForcedFailure
        {
            Method = named[0],
            Delay = Duration.FromTimeSpan(delay!.Value),
            Partner = request.Partner,
            RemainingCount = request.Count,
        };
        if (request.HasErrorReason)
        {
            failure.ErrorReason = request.ErrorReason;
        }

        return failure;
    }

    /// <summary>Refuses one failure more than there may be.</summary>
    public static void CheckRoom(int others) =>
        new FieldCheck()
            .Require(
                others < ForcedFailures.Largest,
                "method",
                $"must wait: there are {ForcedFailures.Largest} forced failures, the most allowed; clear some"
            )
            .Enforce();

    private static bool IsNamed(string name, string asked) => name == asked || name[(name.LastIndexOfAny(['.', '/']) + 1)..] == asked;

    private static string ServiceOf(string method) => method[..method.IndexOf('/', StringComparison.Ordinal)];
}
